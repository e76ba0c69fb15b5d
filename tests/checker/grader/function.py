"""Requirements on the outputs of the models."""
from checker.grader import diagnosis, expected, layer_table, tolerances
from checker.grader.call import Call
from checker.grader.comparison import same
from checker.grader.failure import Failure
from checker.grader.requirement import requirement
from checker.grader.scenarios import Scenario
from checker.grader.structure import HAS_WEIGHTS, shapes_are_right
from checker.protocol import Experiment, Outputs

IN_TRAINING = ('Remove Dropout, GaussianNoise and any other layer that is '
               'active only in training.')
OUTPUTS = 'z, mean, log variance as the outputs of the encoder'


def outputs_of(call: Call, training: bool = False) -> Outputs:
    """Return what the models give for Scenario.FUNCTION."""
    return call.observe(
        Experiment.OUTPUTS_IN_TRAINING if training else Experiment.OUTPUTS,
        Scenario.FUNCTION)


@requirement(repeated=True, after=[*HAS_WEIGHTS, shapes_are_right],
             example='encoder = keras.Model(')
def outputs_are_in_order(call: Call) -> None:
    """The outputs of the encoder are z, mean and log variance."""
    if call.spec.task != 3:
        return
    heads = expected.encoding(call.spec, call.trial(Scenario.FUNCTION))
    which = [next((place for place, head in enumerate(heads)
                   if same(output, head)), None)
             for output in outputs_of(call).encoder]
    fix = ('Write keras.Model(inputs, [z, mean, log_var]), and decode z in '
           'auto.')
    if {0, 1} <= {*which} and None in which[1:]:
        raise Failure('z as output 1, then mean and log variance',
                      f'z as output {which.index(None) + 1}', fix)
    _, mean, log_variance = outputs_of(call).encoder
    if same(mean, log_variance):
        raise Failure(OUTPUTS, 'z, and the same tensor twice', fix)


@requirement(repeated=True, after=[outputs_are_in_order],
             example="activation='relu'")
def encoder_computes(call: Call) -> None:
    """The encoder computes its layers and nothing else."""
    compare_half(call, 'encoder')


@requirement(repeated=True, after=[*HAS_WEIGHTS, shapes_are_right],
             example="activation='sigmoid'")
def decoder_computes(call: Call) -> None:
    """The decoder computes its layers and nothing else."""
    compare_half(call, 'decoder')


def compare_half(call: Call, half: str, training: bool = False) -> None:
    """Require what the encoder or the decoder gives."""
    seen, trial = outputs_of(call, training), call.trial(Scenario.FUNCTION)
    wanted = (expected.encoding(call.spec, trial) if half == 'encoder'
              else (expected.decoding(call.spec, trial),))
    found = getattr(seen, half)[-len(wanted):]
    if len(found) == len(wanted) and all(map(same, found, wanted)):
        return
    pairs = layer_table.compare_settings(call, half)
    if pairs:
        one, other = layer_table.names_of(pairs)
        raise Failure('', f'{half} with the layers {other} in place of {one}',
                      layer_table.fix_of(pairs), layers=pairs)
    cause = diagnosis.of_half(call, half, seen)
    where = f' at {cause.where}' * bool(cause.where)
    if training:
        raise Failure(
            f'the same values of the {half} with training=True as without',
            f'{cause.what}{where} with training=True', IN_TRAINING)
    raise Failure(
        f'{cause.wanted}{where}' if cause.wanted else
        f'the outputs of the layers of the {half}',
        cause.what, cause.fix)


@requirement(repeated=True, after=[encoder_computes, decoder_computes],
             example='decoder(encoder(')
def auto_decodes_the_encoding(call: Call) -> None:
    """auto(x) is decoder(encoder(x))."""
    compare_auto(call)


def compare_auto(call: Call, training: bool = False) -> None:
    """Require what auto gives."""
    seen, trial = outputs_of(call, training), call.trial(Scenario.FUNCTION)
    wanted = expected.reconstruction(call.spec, trial)
    if same(seen.auto[0], wanted, tolerances.AUTO):
        return
    cause = diagnosis.change(wanted, seen.auto[0])
    if not training:
        raise Failure('auto(x) equal to decoder(encoder(x))', cause.what,
                      'Write decoder(encoder(inputs)), and nothing else.')
    # Otherwise auto is wrong with and without.
    if same(outputs_of(call).auto[0], wanted, tolerances.AUTO):
        raise Failure('the same values of auto with training=True as without',
                      f'{cause.what} with training=True', IN_TRAINING)


@requirement(after=[encoder_computes, decoder_computes],
             example='auto.compile(')
def training_changes_nothing(call: Call) -> None:
    """The models compute the same while they are trained."""
    compare_half(call, 'encoder', training=True)
    compare_half(call, 'decoder', training=True)
    if call.spec.task != 3:
        compare_auto(call, training=True)
