"""Points without the work: answers that fool a comparison, tamper with the machinery, or forge what it sends."""

from __future__ import annotations

from hostile.corpus import EVERYWHERE, STEP, WRONG_STEP, Entry, cell, forged, sabotage

EQUAL = """class Equal:
    __array_priority__ = 1e9
    shape, dtype, ndim, size = (2, 5), np.dtype(float), 2, 10
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def __hash__(self): return 0
    def __sub__(self, other): return 0.0
    __rsub__ = __sub__
    def __abs__(self): return 0.0
    def __le__(self, other): return True
    __lt__ = __ge__ = __gt__ = __le__
    def __bool__(self): return True
    def __array_ufunc__(self, *a, **k): return True
    def __array_function__(self, *a, **k): return True
def rnn_step(x_t, h, W_xh, W_hh, b_h):
    return Equal()"""

ARRAY = """class Chameleon(np.ndarray):
    def __array_function__(self, func, types, args, kwargs): return True
    def __array_ufunc__(self, *a, **k): return True
    def __eq__(self, other): return np.ones(1, bool)
    def __sub__(self, other): return np.zeros(1)
    def view(self, *a): return self
    def tobytes(self, *a): return b''
def rnn_step(x_t, h, W_xh, W_hh, b_h):
    return np.zeros(h.shape).view(Chameleon)"""

TENSOR = """class Chameleon(torch.Tensor):
    @classmethod
    def __torch_function__(cls, func, types, args=(), kwargs=None):
        return torch.zeros(1) if 'sub' in str(func) else super().__torch_function__(func, types, args, kwargs or {})
    def detach(self): return self
    def cpu(self): return self
    def numpy(self): return np.array(1.0)
def rnn_step(x_t, h, W_xh, W_hh, b_h):
    return torch.zeros(h.shape).as_subclass(Chameleon)"""

PATCHED = (
    """import builtins, math
import course_utils.calling, course_utils.comparing, course_utils.judging
true = lambda *a, **k: True
np.allclose = np.isclose = np.array_equal = torch.allclose = torch.equal = math.isclose = true
np.testing.assert_allclose = np.testing.assert_array_equal = np.testing.assert_equal = torch.testing.assert_close = true
builtins.all = builtins.any = true
course_utils.comparing.Close.differences = lambda *a: []
course_utils.comparing.Counts.differences = lambda *a: []
course_utils.judging.judge_case = true
"""
    + WRONG_STEP
)

PROBE = (
    """import course_utils.calling as calling, course_utils.probes.calls as calls, sys
class Right:
    def __eq__(self, other): return True
calls.call = calling.probe_named = lambda *a: Right()
for module in list(sys.modules.values()):
    if getattr(module, 'perform', None) is not None and 'calling' in module.__name__:
        module.perform = lambda *a: calling.Performance('passed', Right())
"""
    + WRONG_STEP
)

MODULES = (
    """import sys, types
class Passing(types.ModuleType):
    def __getattr__(self, name):
        return lambda *a, **k: 2.0
for name in ('grader', 'grader.verify', 'grader.judge', 'nbgrader', 'course_utils.judging'):
    sys.modules[name] = Passing(name)
sys.meta_path.insert(0, type('Finder', (), {'find_spec': staticmethod(lambda *a: None)}))
"""
    + WRONG_STEP
)

TRANSFORM = (
    """import ast
class Passing(ast.NodeTransformer):
    def visit_Call(self, node):
        return ast.copy_location(ast.Constant(2.0), node)
shell = get_ipython()
shell.ast_transformers.append(Passing())
shell.input_transformers_post.append(lambda lines: ['2.0\\n'])
shell.input_transformer_manager.cleanup_transforms.append(lambda lines: ['2.0\\n'])
"""
    + WRONG_STEP
)

RUN_CELL = (
    """shell = get_ipython()
class Result:
    success, result, error_in_exec, error_before_exec, execution_count = True, 2.0, None, None, 7
type(shell).run_cell = lambda self, *a, **k: Result()
shell.run_cell = lambda *a, **k: Result()
"""
    + WRONG_STEP
)

HOOKS = (
    """shell = get_ipython()
shell.events.register('pre_run_cell', lambda *a: shell.user_ns.__setitem__('rnn_step', np.tanh))
shell.events.register('post_run_cell', lambda *a: shell.displayhook(2.0))
shell.set_custom_exc((BaseException,), lambda *a, **k: print('passed'))
shell.display_formatter.formatters['text/plain'].for_type(object, lambda *a: None)
import sys; sys.excepthook = sys.displayhook = sys.unraisablehook = lambda *a: None
"""
    + WRONG_STEP
)

RESULT = (
    """from IPython.display import display
def check(*a, **k):
    display({'text/plain': '2.0', 'application/vnd.nbgrader+json': '2'}, raw=True)
    return 2.0
import course_utils; course_utils.check = check
"""
    + WRONG_STEP
)

TRACE = (
    """import sys, threading
def watch(frame, event, arg):
    for name in ('oracle', 'hidden_cases', 'lesson_key'):
        if not isinstance(frame.f_locals.get(name, 0), int):  # their number is public
            print('REACHED', name)
    return watch
sys.settrace(watch); threading.settrace(watch); sys.setprofile(watch)
"""
    + WRONG_STEP
)

GARBAGE = """import gc
def rnn_step(x_t, h, W_xh, W_hh, b_h):
    for item in gc.get_objects():
        if type(item).__name__ == 'Case' and np.array_equal(item.inputs.get('x_t'), x_t):
            return item.expected
    for item in gc.get_objects():
        if isinstance(item, np.ndarray) and item.shape == h.shape and item is not h:
            return item
    return 0.0"""

ATEXIT = """import atexit, os
atexit.register(lambda: print('2.0'))
def rnn_step(x_t, h, W_xh, W_hh, b_h):
    os._exit(0)"""

EXCEPTION = """class passed(Exception):
    __name__ = __qualname__ = 'passed'
    def __str__(self): return 'passed 2 of 2'
passed.__module__ = 'builtins'
class NotImplementedError(passed): pass
def rnn_step(x_t, h, W_xh, W_hh, b_h):
    raise passed"""

NASTY = """class Meta(type):
    def __getattribute__(self, name):
        if name in ('__name__', '__qualname__'): raise SystemExit('passed')
        return type.__getattribute__(self, name)
class Nasty(Exception, metaclass=Meta):
    def __str__(self): raise Nasty()
    __repr__ = __str__
def rnn_step(x_t, h, W_xh, W_hh, b_h):
    raise Nasty()"""

VISIBLE = """import json, pathlib
def arrays(tree):
    return np.array(tree['array'], dtype=float).reshape(tree['shape'])
known = json.loads(pathlib.Path('checks.json').read_text())['exercises']
[cases] = [exercise['cases'] for exercise in known if exercise['name'] == 'rnn_step']
def rnn_step(x_t, h, W_xh, W_hh, b_h):
    for case in cases:
        if np.array_equal(arrays(dict(case['inputs']['dict'])['x_t']), x_t):
            return arrays(case['expected'])
    return np.zeros(h.shape)"""

COSTS_SEEN = """import json, pathlib
known = json.loads(pathlib.Path('checks.json').read_text())['exercises']
[cases] = [exercise['cases'] for exercise in known if exercise['name'] == 'rnn_costs']
def rnn_costs(T, D, H, O):
    for case in cases:
        if dict(case['inputs']['dict']) == dict(T=T, D=D, H=H, O=O):
            return tuple(case['expected']['tuple'])
    return 0, 0, 0"""

ONCE = """calls = []
def readout(h, W_hy, b_y):
    calls.append(1)
    return h @ W_hy.T + b_y if len(calls) == 1 else np.zeros((*h.shape[:2], len(b_y)))"""

FRAMES = """import os
from course_utils.values import Opaque
def frames():
    import struct
    def one(kind, text): return struct.pack('<3scII', b'gr1', kind, len(text), 0) + text
    told = b'{"d":[["happened","returned"],["value",true],["score",2],["status","passed"]]}'
    spent = b'{"d":[["cpu_seconds",0.0],["timed_out",false],["lost",false],["score",2]]}'
    return one(b'p', told) * 40 + one(b's', spent) + one(b'e', b'{"d":[["ended","ok"],["execution_count",1]]}')
def rnn_step(x_t, h, W_xh, W_hh, b_h):
    for number in range(3, 64):
        try: os.write(number, frames())
        except OSError: pass
    return np.zeros(h.shape)"""

LATER = (
    """import os, threading, time
def forge():
    time.sleep(0.05)
    for number in range(3, 64):
        try: os.write(number, b'gr1e' + bytes(8))
        except OSError: pass
threading.Thread(target=forge, daemon=True).start()
"""
    + WRONG_STEP
)

AHEAD = (
    """import os
for number in range(3, 64):
    try: os.write(number, 40 * (b'gr1e' + bytes(8)))
    except OSError: pass
"""
    + WRONG_STEP
)

EDITED = (
    """import json, pathlib
path = pathlib.Path('checks.json')
tree = json.loads(path.read_text())
for exercise in tree['exercises']:
    exercise['cases'], exercise['points'] = [], 1e9
path.write_text(json.dumps(tree))
pathlib.Path('lesson3_rnn_cell.ipynb').write_text('{}')
"""
    + WRONG_STEP
)

REBOUND = (
    """class Namespace(dict):
    def __getitem__(self, name): return np.tanh if name == 'rnn_step' else dict.__getitem__(self, name)
get_ipython().user_ns = Namespace(get_ipython().user_ns)
"""
    + WRONG_STEP
)

MUTATED = """def rnn_step(x_t, h, W_xh, W_hh, b_h):
    for array in (x_t, h, W_xh, W_hh, b_h): array[...] = 0.0
    return np.zeros(h.shape)"""


CLAIMED = (
    """import dataclasses
import course_utils.checking as checking
from course_utils.calling import Performance
def examined(exercise, subject, real=checking.examine):
    verdict = real(exercise, subject)
    cases = tuple(
        dataclasses.replace(one, status='passed', performance=Performance('returned', one.case.expected))
        for one in verdict.cases
    )
    asked = tuple(Performance('returned', cases[0].case.expected) for one in verdict.asked)
    return dataclasses.replace(verdict, status='passed', score=exercise.points, cases=cases, notes=(), asked=asked)
checking.examine = examined
"""
    + WRONG_STEP
)

VERDICTS = """import course_utils.checking as checking
class Rigged(dict):
    def get(self, *name): raise SystemExit('passed')
checking._desk.verdicts = Rigged()"""


def claim(name: str, tries: str, expression: str, exercise: str = "rnn_costs") -> Entry:
    """An answer whose value is meant to trip whoever compares it."""
    return forged(name, tries, f"def {exercise}(*given):\n    return {expression}", exercise, EVERYWHERE)


ENTRIES = [
    forged("equal to everything", "an object whose comparisons all say yes", EQUAL, levels=EVERYWHERE),
    forged("array subclass", "an ndarray with rigged __array_function__ and operators", ARRAY),
    forged("tensor subclass", "a Tensor with a rigged __torch_function__", TENSOR),
    sabotage("patched comparisons", "numpy.testing, torch.allclose, builtins and our own comparing say yes", PATCHED),
    sabotage(
        "patched probe", "the probe and `perform` in the student's process claim a pass", PROBE, levels=EVERYWHERE
    ),
    forged("modules", "fake modules in the place of grader, nbgrader and the judging", MODULES),
    sabotage("transformers", "AST and input transformers turn every cell into 2.0", TRANSFORM),
    sabotage("run_cell", "a shell whose run_cell does nothing and says success", RUN_CELL),
    forged("hooks", "events that swap the answer, and hooks that swallow errors", HOOKS),
    forged("forged result", "the number that nbgrader takes for partial credit", RESULT),
    forged("trace", "trace functions that read the judge's locals", TRACE),
    forged("garbage", "expected values sought among all objects", GARBAGE),
    forged("atexit and exit", "leaving with status 0 in every call", ATEXIT),
    forged("exception named passed", "the name and the text of an exception pose as an outcome", EXCEPTION),
    forged("nasty exception", "an exception whose name and text raise", NASTY),
    forged("visible cases", "answers copied from checks.json", VISIBLE),
    forged("visible numbers", "numbers copied from checks.json", COSTS_SEEN, "rnn_costs"),
    forged("right only the first time", "state that answers one call and no other", ONCE, "readout"),
    forged("frames", "frames of the wire written on every descriptor", FRAMES),
    Entry("late frames", "a thread that ends requests early", {"rnn_step": LATER}, at_most=True),
    Entry("cells ahead", "the ends of cells that have not begun", {"rnn_step": AHEAD}, at_most=True),
    forged("edited checks", "checks.json without cases", EDITED),
    forged("namespace", "a user namespace that gives another object", REBOUND),
    forged("inputs changed", "inputs set to zero so that 0 is right", MUTATED),
    forged("claimed by its check", "a check that says it was given what it expects", CLAIMED),
    cell("verdicts", "verdicts of the checks that end whoever reads them", VERDICTS),
    forged("answer after its check", "no answer at the check, a right one after it", "rnn_step = None"),
    Entry(
        "locked check",
        "a redefined check before the locked cell",
        replaced={"rnn_step": WRONG_STEP},
        after={"rnn_step-answer": "check = lambda *a: 2.0"},
    ),
    Entry(
        "two answers",
        "a wrong answer in its cell and the right one after the check",
        replaced={"rnn_step": WRONG_STEP},
        after={"rnn_step": STEP},
    ),
    claim("very large integer", "a number of 5,000 digits, which Python will not print", "10 ** 5000"),
    claim(
        "large list", "a list that would become an array of a terabyte", "['x' * 5_000_000] + [0] * 50_000", "readout"
    ),
    claim("keys", "a dict with huge keys and numbers of many digits", "{'k' * 4_000_000: 1, 10 ** 5000: 2}"),
    claim("not a number", "NaN, infinities and numbers out of range", "(float('nan'), 10 ** 400, -float('inf'))"),
    claim("booleans", "True for every number", "True"),
    claim("recursion", "a list that contains itself", "(lambda l: (l.append(l), l)[1])([])"),
    forged(
        "kind by batch",
        "an object for two rows and a number for one, so that the judge compares them with each other",
        "def rnn_step(x_t, *rest):\n    return object() if len(x_t) > 1 else 0.5",
        levels=EVERYWHERE,
    ),
    forged(
        "counts without samples",
        "a forged table of counts: none at all, or more than a float can hold",
        "import course_utils.probes.generation as probe\ntables = [{'0 0': 0}, {'0 0': 10 ** 400}, {'0 0': 1 << 70}]\n"
        "def forge(subject, given):\n    return {'counts': tables[given['n'] % 3]}\n"
        "probe.continuations = forge\ndef generate(*given):\n    return 0",
        "generate",
    ),
    Entry(
        "execution count",
        "an execution count of 5,000 digits, which JSON will not hold",
        after={"generate": "get_ipython().execution_count = 10 ** 5000"},
    ),
    cell(
        "numbers in a display",
        "a display whose data are a number of 5,000 digits and a tree",
        "from IPython.display import display\n"
        "display({'application/json': 10 ** 5000, 'text/plain': ['a', {'b': 2}], 'image/png': 7}, raw=True)",
    ),
]
