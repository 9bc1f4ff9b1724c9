"""The equations of the marrow, written out plainly.

States are relative to the person's own healthy value. One stem compartment S feeds every lineage, which has a
progenitor P, J maturation stages T and a circulating compartment C:

    S'  = r S (1 − S − u_stem)
    P'  = k [ S^(1−ρ) P^ρ F (1 − u_kill) − P − v F P ],        F = F(C)
    T1' = k (P − T1),  T2' = k (T1 − T2), …
    TJ' = k [ (1 − u_arrest) T(J−1) − (1 + u_release) TJ ]      neutrophils: TJ is the reserve
    C'  = k_C [ (1 + u_release) TJ − (1 + u_loss) C ]
    observed = C · baseline · measured / (1 + u_margin)

With ρ = 1 and no stem term this is Friberg et al. 2002 (J Clin Oncol 20:4713); 1 − ρ ties a lineage to the
stem pool, without which neither loss nor arrest could hold a count down. u_kill is a sustained fraction of
production; v is the rate of killing by doses, which is Friberg's E(t) and keeps P positive whatever its size.
Feedback saturates, with the same local gain γ as the power law C^−γ that it becomes at F_max = ∞:

    F = F_max / (1 + (F_max − 1) C^h),   h = γ F_max / (F_max − 1)

Growth factor at the concentration x (relative to the endogenous one in health) acts through the same
receptor. The endogenous level goes nearly as 1/C, because neutrophils clear it (Quartino et al. 2014,
Pharm Res 31:3390), so it is raised by w = 1 + xC / (1 + xC/w_max): feedback sees C/w, and maturation and
release run w^β times as fast.
"""

from __future__ import annotations

import numpy as np

from penia.marrow.arrays import FloatArray
from penia.marrow.population import Parameters


def feedback(count: FloatArray, gain: FloatArray, ceiling: FloatArray) -> FloatArray:
    """F(C), elementwise. In the limit ``ceiling`` = inf it is ``count ** -gain``."""
    least = 1.0 / ceiling
    return 1.0 / (least + (1.0 - least) * count ** (gain / (1.0 - least)))


class Inputs:
    """What disturbs one subject at one time: each an (L,) array except ``stem`` and ``growth``."""

    __slots__ = ("arrest", "growth", "growth_power", "kill", "loss", "pulse", "release", "stem")

    def __init__(self, lineages: int) -> None:
        self.stem = 0.0
        self.kill, self.pulse, self.arrest, self.release, self.loss = np.zeros((5, lineages))
        self.growth = 1.0
        """w, of the neutrophils"""
        self.growth_power = 0.0


def derivative(state: FloatArray, parameters: Parameters, inputs: Inputs) -> FloatArray:
    """Right side for the first subject of ``parameters``: the plain form that solvers are checked against.

    ``state`` is (S, then for each lineage P, T1 … TJ, C); the result has the same shape, per day.
    """
    slope = np.empty_like(state)
    stem = state[0]
    slope[0] = parameters.stem[0] * stem * (1.0 - stem - inputs.stem)
    at = 1
    for i, stages in enumerate(parameters.stages):
        k, renewal = parameters.rate[0, i], parameters.renewal[0, i]
        progenitor, *maturing, count = state[at : at + stages + 2]
        w = inputs.growth if parameters.lineages[i] == "n" else 1.0
        f = feedback(np.asarray(count / w), parameters.gain[0, i], parameters.ceiling[0, i])
        made = stem ** (1.0 - renewal) * progenitor**renewal * f * (1.0 - inputs.kill[i])
        slope[at] = k * (made - progenitor - inputs.pulse[i] * f * progenitor)
        flow = progenitor
        for j, stage in enumerate(maturing):
            last = j == stages - 1
            speed = w**inputs.growth_power * (1.0 + (inputs.release[i] if last else 0.0))
            slope[at + 1 + j] = k * ((1.0 - inputs.arrest[i] * last) * flow - speed * stage)
            flow = speed * stage
        if stages == 0:
            flow = (1.0 - inputs.arrest[i]) * flow
        slope[at + stages + 1] = parameters.removal[0, i] * (flow - (1.0 + inputs.loss[i]) * count)
        at += stages + 2
    return slope


def steady_state(
    parameters: Parameters,
    stem: FloatArray | float = 1.0,
    kill: FloatArray | float = 0.0,
    loss: FloatArray | float = 0.0,
    arrest: FloatArray | float = 0.0,
) -> FloatArray:
    """(N, L) the count that constant inputs lead to, under the power law and ρ < 1:

    log C = [ log S + log(1 − u_kill)/(1 − ρ) + log(1 − u_arrest) − log(1 + u_loss) ] / (1 + γ/(1 − ρ))

    ``stem`` is S itself, 1 − u_stem in the steady state. Whether the state is stable is another question.
    """
    tie = 1.0 - parameters.renewal
    logs = np.log(stem) + np.log1p(-np.asarray(kill)) / tie
    logs = logs + np.log1p(-np.asarray(arrest)) - np.log1p(np.asarray(loss))
    return np.exp(logs / (1.0 + parameters.gain / tie))
