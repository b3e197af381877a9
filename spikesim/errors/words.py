"""Suggest valid names for unknown ones: names used by other simulators, and spelling mistakes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from difflib import get_close_matches

_MEANT = """
    E_L           v_rest, e_rest, e_leak, resting_potential
    V_th          v_thresh, v_threshold, vt, theta, spike_threshold
    V_reset       vr, v_res, reset_potential
    V_m           v, u_m, potential, membrane_potential
    C_m           c, cap, capacitance
    g_L           g_leak, gl
    t_ref         tau_refrac, tau_ref, refractory, refractory_period, t_refractory
    I_e           i_offset, i_ext, i_app, i_inj, i_dc
    V_peak        v_spike, v_cut
    E_rev         e_syn, e_reversal
    tau_rec       tau_d
    tau_facil     tau_f
    lambda_       a_plus, a_ltp, learning_rate
    eta           learning_rate, a_plus, a_ltp
    dt            timestep, resolution
    size          n, n_neurons, num_neurons
    model         cellclass, cell_type, neuron_model
    weight        w, syn_weight
    source        pre, presynaptic_population
    target        post, postsynaptic_population
    connector     conn_spec, rule
    plasticity    synapse_model, synapse_type, syn_spec
    run           simulate
    t             time, get_current_time, current_time
    project       connect, synapses
    population    create, neuron_group
    record        spike_monitor, state_monitor, population_rate_monitor, spike_recorder,
                  spike_detector, multimeter, voltmeter
    LIF           if_curr_exp, if_curr_alpha, if_curr_delta, if_cond_exp, if_cond_alpha,
                  iaf_psc_exp, iaf_psc_alpha, iaf_psc_delta, iaf_cond_exp, iaf_cond_alpha
    AdEx          aeif_cond_exp, aeif_cond_alpha, aeif_psc_exp, eif_cond_exp_isfa_ista,
                  eif_cond_alpha_isfa_ista
    HodgkinHuxley hh_psc_alpha, hh_cond_exp, hh_cond_exp_traub
    PoissonSource poisson, poisson_generator, spike_source_poisson, poisson_group
    PoissonDrive  poisson_input
    SpikeSource   spike_source_array, spike_generator, spike_generator_group
    DCCurrent     dc_source, dc_generator
    StepCurrent   step_current_source, step_current_generator, timed_array
    NoiseCurrent  noisy_current_source, noise_generator
    PairSTDP      stdp_mechanism, stdp_synapse, spike_pair_rule
    TripletSTDP   stdp_triplet_synapse, stdp_triplet
    PowerLawSTDP  stdp_pl_synapse_hom, stdp_pl_synapse
    ClopathSTDP   clopath_synapse, voltage_based_stdp
    UrbanczikSenn urbanczik_synapse
    SDSP          brader_fusi, spike_driven_plasticity
    DopamineSTDP  stdp_dopamine_synapse, stdp_dopamine
    RSTDP         reward_modulated_stdp, r_stdp
    RMax          policy_gradient
    EProp         eprop_synapse, eprop_synapse_bsshslm_2020, eprop_iaf_bsshslm_2020
    AdaptiveEProp eprop_iaf_adapt, eprop_iaf_adapt_bsshslm_2020
    CalciumSTDP   graupner_brunel, calcium_based_plasticity
    OrchestratedSTDP zenke2015
    PrePostSTDP   costa2015
    InhibitorySTDP vogels_sprekeler_synapse, vogels2011, symmetric_stdp, istdp
    TsodyksMarkram tsodyks_markram_synapse, tsodyks_synapse, tsodyks2_synapse
    FromArrays    from_list_connector
    FixedProbability pairwise_bernoulli
"""


def _plain(name: str) -> str:
    """Normalise a name: lower case, without separators of words."""
    return re.sub(r"[\s_-]", "", name.lower())


def _read(table: str) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for line in table.replace(",\n", ", ").strip().splitlines():
        ours, *theirs = line.replace(",", " ").split()
        for word in theirs:
            found[_plain(word)] = (*found.get(_plain(word), ()), ours)
    return found


WORDS = _read(_MEANT)
"""Normalised names of PyNN, Brian2 and NEST, with the corresponding names of spikesim."""

_OURS = {name for names in WORDS.values() for name in names}


def meant(name: str, valid: Iterable[str]) -> str | None:
    """Valid name that corresponds to a name of another simulator, or differs only in case."""
    valid, plain = list(valid), _plain(name)
    alike = [other for other in valid if _plain(other) == plain]
    if alike:
        return max(alike, key=lambda other: _agreement(name, other))
    return next((ours for ours in WORDS.get(plain, ()) if ours in valid), None)


def closest(name: str, valid: Sequence[str]) -> str | None:
    """Valid name that was most likely meant; None if none is similar.

    Names that are similar to a name of another simulator but mean something else are not
    suggested, such as ``V_reset`` for ``V_rest``.
    """
    found = meant(name, valid)
    if found is not None:
        return found
    others = _OURS if _plain(name) in WORDS else set()
    close = get_close_matches(name, [other for other in valid if other not in others], n=1)
    return close[0] if close else None


def _agreement(name: str, other: str) -> tuple[int, int]:
    """Similarity of names: number of equal characters, and minus the number of missing ones."""
    return sum(a == b for a, b in zip(name, other, strict=False)), -len(other)
