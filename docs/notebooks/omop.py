# pyright: basic
# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # For OMOP researchers
#
# From a database in the OMOP common data model to a table of suspected drugs. The database is invented by penia, so
# that the truth is known; put the address of your own in its place. This notebook runs whenever the documentation is
# built; the command line does the same: `penia simulate --omop`, `penia cohort` ([how](../how-to/cohort.html)).

# %%
import tempfile
from pathlib import Path

import duckdb
import matplotlib.pyplot as plt

import penia
from penia.cohort import study
from penia.virtual.omop import write
from penia.virtual.population import citizens

work = Path(tempfile.mkdtemp())
database = duckdb.connect()
write(citizens(600, seed=1), work / "cdm")
for table in sorted((work / "cdm").glob("*.parquet")):
    print(
        f"{table.stem:22} {database.execute(f'select count(*) from {str(table)!r}').fetchall()[0][0]:7,} rows"
    )

# %% [markdown]
# ## One person
#
# A record by its `person_id`; a notebook shows the explanation by itself.

# %%
truth = database.execute(f"select * from '{work}/cdm/truth.parquet' order by person_id").df()
person = str(truth.loc[truth.cause.str.startswith("drug:"), "person_id"].iloc[0])
record = penia.read(work / "cdm", person=person)
explanation = penia.explain(record)
explanation

# %% [markdown]
# What was weighed, as a table for pandas (`to_arrow` gives the same without pandas):

# %%
evidence = explanation.to_pandas("evidence")
evidence[evidence.cause == explanation.candidates[0].causes[0]][["kind", "text", "decibans"]]

# %% [markdown]
# ## Everybody
#
# The first pass runs in the database and keeps people with a count that may be low; each of their episodes is then
# explained. The result is a folder of Parquet tables, whose columns [the page on cohorts](../cohort.html) explains.

# %%
done = study(work / "cdm", work / "study", cores=1)
print(f"{done.people} people, {done.episodes} episodes of low counts")
episodes = database.execute(
    f"""
    select e.person, e.first_low::date as first_low, e.lowest_anc, e.grade, e.cause, round(e.probability, 2) as p,
           t.cause as truth
    from '{work}/study/episode/*.parquet' e
    left join '{work}/cdm/truth.parquet' t on e.person = t.person_id::varchar
    order by e.person, first_low
    """
).df()
episodes

# %% [markdown]
# ## The table of drugs
#
# `share` is the probability that a cause leads; its sum over episodes is the expected number of cases that a drug
# caused, as the model judges. It is no comparison of exposed with unexposed people: see "What is and is not causal"
# on [that page](../cohort.html).

# %%
drugs = database.execute(
    f"""
    select cause, count(*) as suspected, round(sum(share), 2) as attributed, round(max(share), 2) as surest
    from '{work}/study/candidate/*.parquet'
    where cause like 'drug:%'
    group by cause having sum(share) >= 0.05 order by attributed desc limit 12
    """
).df()
drugs

# %%
figure, axes = plt.subplots(figsize=(7, 3), layout="constrained")
axes.barh(drugs.cause[::-1], drugs.attributed[::-1], color="#4477aa")
axes.set_xlabel("expected number of episodes that it led")
plt.show()

# %% [markdown]
# ## How good was it?
#
# Of people with a known cause and an explained episode. The cohort is drawn from the figures by which it is judged, so
# that this tries the reckoning, not the medicine.

# %%
known = episodes.dropna(subset=["truth"])
print(f"{len(known)} episodes; the true cause leads in {(known.cause == known.truth).sum()}")

# %% [markdown]
# What could not be used stands in its own table, summed over people:

# %%
database.execute(
    f"""
    select kind, sum(people)::int as people, sum(count)::int as times
    from '{work}/study/dropped/*.parquet' group by kind
    """
).df()
