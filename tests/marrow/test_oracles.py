"""Against an independent simulator of SBML models (SUNDIALS CVODE): slow, and only where it is installed."""

from __future__ import annotations

import numpy as np
import pytest

from penia import marrow
from penia.marrow import Channel

MODEL = """
model chain
  S = 1; P = 1; T1 = 1; T2 = 1; R = 1; C = 1
  loss := piecewise(24, time >= 3 && time < 12, 0)
  arrest := piecewise(0.6, time >= 5 && time < 15, 0)
  kill := piecewise(0.5, time >= 8, 0)
  F := {most}/(1 + ({most} - 1)*C^({gain}*{most}/({most} - 1)))
  S' = {stem}*S*(1 - S - piecewise(0.7, time >= 2, 0))
  P' = {rate}*(S^(1 - {renewal})*P^{renewal}*F*(1 - kill) - P - {slope}*exp(-2*time)*F*P)
  T1' = {rate}*(P - T1); T2' = {rate}*(T1 - T2); R' = {rate}*((1 - arrest)*T2 - R)
  C' = {removal}*(R - (1 + loss)*C)
end
"""
GIVEN = {"rate": 0.8, "removal": 2.2, "gain": 0.4, "renewal": 0.8, "stem": 0.04, "most": 3.0, "slope": 10.0}


@pytest.mark.slow
def test_libroadrunner_finds_the_same_course_under_many_disturbances():
    simulator = pytest.importorskip("roadrunner", reason="libroadrunner is not installed: oracle not asked")
    antimony = pytest.importorskip("antimony", reason="antimony is not installed: oracle not asked")
    assert antimony.loadAntimonyString(MODEL.format(**GIVEN)) >= 0, antimony.getLastError()
    simulator.Logger.setLevel(simulator.Logger.LOG_FATAL)
    model = simulator.RoadRunner(antimony.getSBMLString("chain"))
    model.integrator.relative_tolerance, model.integrator.absolute_tolerance = 1e-10, 1e-14
    model.integrator.maximum_time_step = 0.05
    model.selections = ["C"]
    expected = model.simulate(0, 40, 41)[:, 0]

    people = marrow.parameters(
        1, *(GIVEN[n] for n in ("rate", "removal", "gain", "renewal", "stem")), GIVEN["most"], ("n",), (3,)
    )
    channels = [
        Channel("loss", 24.0, onset=3.0, duration=9.0),
        Channel("arrest", 0.6, onset=5.0, duration=10.0),
        Channel("progenitor-kill", 0.5, onset=8.0),
        Channel("stem-kill", 0.7, onset=2.0),
    ]
    doses = marrow.Doses([0.0], rates=[2.0], sensitivity=GIVEN["slope"])
    counts = marrow.simulate(np.arange(41.0), people, channels, [doses]).counts[0, 0]
    assert np.abs(counts / expected - 1).max() < 2e-3
    fine = marrow.simulate(np.arange(41.0), people, channels, [doses], step=0.1).counts[0, 0]
    assert np.abs(fine / expected - 1).max() < 1e-4
