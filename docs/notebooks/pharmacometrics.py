# pyright: basic
# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # For pharmacometricians
#
# `penia.marrow` is a semi-mechanistic model of five blood lineages, vectorised over people; it can be used without
# the rest of penia. Equations: [the marrow model](../marrow.html). This notebook runs whenever the documentation is
# built. Open it with Jupyter (`jupytext --to ipynb pharmacometrics.py`) or run it as a script.

# %%
import matplotlib.pyplot as plt
import numpy as np

import penia
from penia import marrow
from penia.knowledge.physiology import physiology

# %% [markdown]
# ## Friberg's model
#
# One lineage with a pool that renews itself is the model of Friberg et al. 2002. A dose is a sum of exponentials
# times a slope; times are days. Here one infusion every three weeks, for three people who differ in the slope.

# %%
days = np.arange(0.0, 64.0, 0.5)
slope = np.array([3.0, 8.0, 16.0])
people = marrow.friberg(3, transit_days=88.7 / 24, gain=0.161)
doses = marrow.Doses([0, 21, 42], rates=[1.2], strength=0.35, sensitivity=slope, duration=1 / 24)
counts = 5.05 * marrow.simulate(days, people, doses=[doses]).counts[:, 0]

figure, axes = plt.subplots(figsize=(7, 3), layout="constrained")
for each, path in zip(slope, counts, strict=True):
    axes.semilogy(days, path, label=f"slope {each:g}")
axes.axhline(0.5, color="grey", linewidth=0.8, linestyle=":")
axes.set(xlabel="days", ylabel="ANC, 10⁹/L")
axes.legend()
plt.show()

# %% [markdown]
# ## Five lineages and what a drug can do to them
#
# A channel is a way to disturb the marrow, with an onset, a rise, a duration and a fade. The physiology, each figure
# with its source, comes with the knowledge base. The same disturbance of one strength, by four channels:

# %%
body = physiology()
typical = marrow.parameters(1, **body.typical())  # pyright: ignore[reportArgumentType]
given: dict[str, float] = {"onset": 5.0, "duration": 20.0, "fade": 3.0}
channels = {
    "half of production lost": marrow.Channel("progenitor-kill", 0.5, ("n", "p"), rise=2.0, **given),
    "arrest of maturation": marrow.Channel("arrest", 0.8, ("n",), **given),
    "loss from the blood, tenfold": marrow.Channel("loss", 9.0, ("n", "p"), **given),
    "half moved to the margin": marrow.Channel("margination", 1.0, ("n",), **given),
}
days = np.arange(0.0, 61.0)
figure, shown = plt.subplots(2, 2, figsize=(8, 4.6), sharex=True, sharey=True, layout="constrained")
for axes, (name, channel) in zip(shown.flat, channels.items(), strict=True):
    seen = marrow.simulate(days, typical, [channel]).counts[0]
    for line in ("n", "l", "p", "e"):
        axes.plot(days, seen[marrow.LINEAGES.index(line)], label=line)
    axes.set_title(name, fontsize=9)
shown[0, 0].legend(fontsize=8, title="relative to health")
plt.show()

# %% [markdown]
# ## Fitting a curve
#
# Made data: one person, three cycles, a count twice a week with 20 % of noise. Transit time, feedback, slope and the
# baseline are unknown. As a whole population is simulated at once, importance sampling is enough: draw from the
# prior, weigh by the likelihood.

# %%
g = np.random.default_rng(3)
at = np.sort(np.concatenate([np.arange(0.0, 42.0, 7), np.arange(3.0, 42.0, 7)]))


def courses(times, transit, gain, slope, baseline):
    """(N, T) counts of N people after three doses."""
    people = marrow.friberg(len(transit), transit, gain)
    doses = marrow.Doses([0, 21, 42], rates=[1.2], strength=0.35, sensitivity=slope, duration=1 / 24)
    return baseline[:, None] * marrow.simulate(times, people, doses=[doses]).counts[:, 0]


truth = [np.array([v]) for v in (4.4, 0.20, 11.0, 4.2)]
data = courses(at, *truth)[0] * np.exp(0.2 * g.standard_normal(len(at)))

number = 40_000
middle, spread = np.array([88.7 / 24, 0.161, 8.0, 5.05]), np.array([0.25, 0.3, 0.5, 0.3])
prior = middle[:, None] * np.exp(spread[:, None] * g.standard_normal((4, number)))
error = np.log(courses(at, *prior)) - np.log(data)
loglik = -0.5 * np.sum((error / 0.2) ** 2, axis=1)
weight = np.exp(loglik - loglik.max())
weight /= weight.sum()
print(f"effective draws: {1 / np.sum(weight**2):.0f} of {number}")
for name, values, true in zip(("transit, days", "feedback", "slope", "baseline"), prior, truth, strict=True):
    order = np.argsort(values)
    low, mid, high = values[order][np.searchsorted(np.cumsum(weight[order]), (0.05, 0.5, 0.95))]
    print(f"{name:14} {mid:6.2f} ({low:.2f} to {high:.2f}), true {true[0]:g}")

# %% [markdown]
# ## Forecasting the next cycle
#
# The same weights say what comes after the last count. The third cycle was not shown to the fit.

# %%
kept = g.choice(number, 400, p=weight)
days = np.arange(0.0, 64.0)
bands = np.quantile(courses(days, *prior[:, kept]), (0.1, 0.5, 0.9), axis=0)
figure, axes = plt.subplots(figsize=(7, 3), layout="constrained")
axes.fill_between(days, bands[0], bands[2], alpha=0.25, label="80 % of the fitted")
axes.plot(days, bands[1])
axes.plot(days, courses(days, *truth)[0], "k:", label="truth")
axes.plot(at, data, "ko", markersize=4, label="counts")
axes.axvline(42, color="grey", linewidth=0.8)
axes.set(xlabel="days", ylabel="ANC, 10⁹/L", yscale="log")
axes.legend(fontsize=8)
plt.show()

# %% [markdown]
# ## From a record
#
# `penia.forecast` does this for a record whose cause is not certain: the likely causes are each followed by the whole
# model and weighed by the counts. Here the example that ships with penia, on and off the drug.

# %%
from penia.cli.source import the_source

record = penia.read(the_source(None, "clozapine"))
ahead = penia.forecast(record)
figure, axes = plt.subplots(figsize=(7, 3), layout="constrained")
for scenario in ahead.scenarios:
    anc = next(bands for bands in scenario.lines if bands.line == "ANC")
    low, high = zip(*anc.most, strict=True)
    axes.fill_between(ahead.days, low, high, alpha=0.2)
    axes.plot(ahead.days, anc.median, label=scenario.name)
axes.set(xlabel="days from the last count", ylabel="ANC, 10⁹/L", yscale="log")
axes.legend(fontsize=8)
plt.show()

# %% [markdown]
# How far such forecasts hold, on real series: [what the counts will do](../forecast.html). Speed beside other solvers:
# [benchmarks](../benchmarks/index.html).
