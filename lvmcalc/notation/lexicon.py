"""Tables of the parser: signs that look alike, LaTeX commands, words of code and of prose."""

import re

from lvmcalc.notation.letters import DIGITS, SUBSCRIPTS


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Signs with one spelling each. Every entry is one character for one, so that places stay as typed.
SIGNS = {
    **dict.fromkeys("−–—‐‑‒﹣－", "-"), **dict.fromkeys("·⋅∙•×∗", "·"), **dict.fromkeys("⊙∘○", "∘"),
    **dict.fromkeys("′’‘´", "'"), **dict.fromkeys("⊤†⊺ᵗ", "ᵀ"), **dict.fromkeys("“”", '"'),
    **dict.fromkeys("∥", "‖"), **dict.fromkeys("〈❬", "⟨"), **dict.fromkeys("〉❭", "⟩"),
    "∆": "Δ", "µ": "μ", "ϵ": "ε", "ϕ": "φ", "ϑ": "θ", "ς": "σ", "ϱ": "ρ", "ϖ": "π", "∶": ":",
    **dict(zip(SUBSCRIPTS, DIGITS, strict=True)),
}
# Letters of another alphabet that look like Latin ones, read as what they look like.
LOOKALIKES = dict(zip("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧοАВЕЅІЈКМНОРСТХаеорсухіјѕ",
                      "ABEZHIKMNOPTYXoABESIJKMHOPCTXaeopcyxijs", strict=True))
INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u00ad\u2061\u2062"))

BOLD = r"\\(?:mathbf|bm|boldsymbol|pmb)"

# What other programs write for the same, and what it is here; nothing gets longer.
_ROUND = r"(?:∂|(?:del|partial|diff)\b|d(?=[A-Z]))\s*"
_PARTIAL = r"(?:del|partial|diff)\s+(\w+)"
_STARS = r"(?:\*\*|__)"
_SQUARE = r"(\w)\s*(?:\\times|×|,)\s*"
MARKUP = [(re.compile(pattern, re.MULTILINE), put) for pattern, put in (
    # HTML and reStructuredText: K<sup>-1</sup>, <b>K</b>, :math:`…`
    (r"<sup>\s*([^<>]*)</sup>", r"^{\1}"),
    (r"</?(?:b|i|em|strong|code|p|span|div|br|math)\s*/?>", ""),
    (r":math:(?=`)", ""),
    # Word, AsciiMath, Typst: (∂L)/(∂X), partial L/partial X, bold(K), Y^top, op("tr")
    (r"(?<![\w\\.])bold\((\w)\)", r"      \1"),
    (r"(?<![^\W_])([^\W\d_]|nabla|sum)_\(\s*(\w+(?:\s*=\s*1)?)\s*\)", r"\1_{\2}"),
    (r"(?<![\w\\])(?:nabla|grad)(?=(?:_\w+|_\{\w+\})?\s+[^\W\d_]\s*(?:\([^()=]*\)\s*)?=)", "∇"),
    (rf"\(\s*{_ROUND}(\w+)\s*\)\s*/\s*\(\s*{_ROUND}(\w+)\s*\)", r"∂\1/∂\2"),
    (rf"(?<![\\\w]){_PARTIAL}\s*/\s*{_PARTIAL}", r"∂\1/∂\2"),
    (r"(?<![\w\\.])(?:bold|upright|italic)(?=\()", ""),
    (r"\^\s*top\b", "^T"), (r"\bop\(\s*\"(\w+)\"\s*\)", r"\1"),
    # Python's prompts, Markdown: fences, `code`, **Step 1.**, bullets in front of a formula
    (r"^[^\S\n]*(?:>>>|\.\.\.)[^\S\n]", ""),
    (r"^[^\S\n]*\*\*([^*\n]+)\*\*(?=\s*=)", r"\1"),  # **∇L** = …
    (r"```\w*", ""), (r"(?<![\w)\]'`])`([^`\n]+)`(?![\w(`])", r" \1 "),
    (rf"(?<!\S){_STARS}([A-Za-z][A-Za-z .:()\d-]*[a-z\d][.:)]*){_STARS}(?=[\s:.$]|$)", r"\1"),
    (r"^\s*[*•]\s+(?=\$|\\[(\[])", ""), (r"∴|∵", ""),
    # R, Julia and SciPy: A <- B, exp.(A), cho_solve((C, True), X)
    (r"((?:^|;)\s*(?!return\b)[A-Za-z][\w.]*\s*)(?:<-|←)", r"\1 ="),
    (r"<-(?![^<>]*>)|←", "⟵"),  # it assigns nothing inside a formula
    (r"\b(exp|log1?p?|sqrt|tanh|sinh?|cosh?|sech?|sigmoid|relu|softplus|abs)\.(?=\()"
     r"|(σ)\.(?=\()", r"\1\2 "),
    (r"(cho_solve\(\s*)\(\s*(\w+)\s*,\s*(?:True|lower\s*=\s*True|1|\w*low(?:er)?)\s*\)",
     r"\1\2"),
    (r"\b(sweep\([^=]*,)\s*(?:MARGIN\s*=)?\s*([12])\s*,\s*(?:STATS\s*=)?([^=]*)\bFUN\s*=(?!=)",
     r"\1 \2,\3"),
    (r"\bapply\((\w+|\w+\([^()]*\))\s*,\s*1\s*,\s*sum\s*\)", r"rowSums(\1)"),
    (r"\bt\(\s*apply\((\w+|[\w\s%*]+)\s*,\s*1\s*,\s*softmax\s*\)\s*\)", r"softmax(\1,axis=1)"),
    (r"(?<![\w.)\]])c\((?=[^()]*%\*%[^()]*\))", "ƈ("),
    (r"\blogistic\.?(?=\()", "sigmoid"),
    (r"\bmapslices\(\s*(\w+)\s*,", r"\1("), (r"\bmul!\(\s*(\w+)\s*,", r"\1=mm("),
    *[(rf"\btorch\.{theirs}(?=\()", f"torch.{ours}") for theirs, ours in (
        ("mv", "mm"), ("sub", "subtract"), ("mul", "multiply"), ("div", "divide"))],
    # MATLAB: bsxfun(@rdivide, A, B), and self.W.grad of a class
    *[(rf"\bbsxfun\(\s*@{theirs}\s*,", rf"{ours}(") for theirs, ours in (
        ("rdivide", "divide"), ("times", "multiply"), ("minus", "subtract"), ("plus", "add"),
        ("power", "power"))], (r"\bself\.(?=[^\W\d_])", ""),
    (r"((?<![A-Za-z])max\((?:[^()]|\([^()]*\))*\))(?:\.values|\[0\])", r"\1"),
    (r"\b(\w+)\s*,\s*\w+\s*=(?=\s*(?:\w+\.)*cho_factor\()", r"\1 ="),
    (r"\b\w+\s*,\s*(\w+)\s*=\s*(?:\w+\.)*slogdet\(", r"\1 = logdet("),
    # C++; Mathematica: X\[Transpose]; matrixcalculus.org; Maple: LinearAlgebra:-Transpose(A), A^%T
    (r"^([^\S\n]*)(?:const\s+)?(?:auto|const|var|(?:Eigen::)?(?:Vector|Matrix)X[df])\s+"
     r"(?=\w+\s*=)", r"\1"),
    (r"\\\[(?:Conjugate)?Transpose\]", "            ᵀ"), (r"\bvector\(1\)", "𝟏"),
    (r"\bLinearAlgebra(?::-|\.(?=I\b))", ""), (r"\^%T\b", " ^T"),
    # LaTeX: \mkern-2mu, \eqalign{… \cr …}, \overset{(a)}{=}, \text{(linearity)}, I_{N \times N}
    (r"\\m?(?:kern|skip)\s*-?[\d.]+\s*(?:mu|em|pt|ex)|\\[hm]space\*?\s*\{[^{}]*\}", ""),
    (r"\{((?:[^{}]|\{[^{}]*\})*?)\s?\\over\s+((?:[^{}]|\{[^{}]*\})*?)\}",
     r"\\frac{\1}{\2}"),
    (r"\\(?:left|right)\s*\.(?![A-Za-z*/^])", ""), (r"\^\s*(?:\{\s*\\prime\s*\}|\\prime\b)", "'"),
    (r"\\eqalign\s*\{((?s:.*))\}(?=[\s$.\]\\]*\Z)", r"\1"), (r"\\cr\b", r"\\\\"),
    (r"(\\partial)\s*\{\s*(\\mathcal\s*[A-Z])\s*\}", r"\1 \2"),
    (r"(?<![A-Za-z\\])d\s*(?:\{\s*\\mathcal\s*L\s*\}|\\mathcal\s*(?:\{\s*L\s*\}|L\b))", "dL"),
    (r"\\(?:overset|stackrel)\s*\{[^{}]*\}\s*\{\s*=\s*\}"
     r"|\\(?:triangleq|doteq|coloneqq|equiv)\b|[≜≡≔]", "="),
    (rf"{BOLD}\s*\{{\s*(\\[A-Za-z]+)\s*\}}", r"\1"),
    (r"\\(?:text|mbox|textrm)\s*\{\s*(\([A-Za-z' -]{3,}\))\s*\}", r"\1"),
    (rf"(?<=[I}}])_\s*\{{\s*{_SQUARE}\1\s*\}}", r"_\1"),
    (rf"(?<![a-z])\{{\s*I\s*\}}\s*_\s*(?:\{{\s*(?:{_SQUARE}\1|(\w))\s*\}}|(\w))", r"I_\1\2\3"),
    (r"\\(?:text|mbox|textrm)\s*\{\s*(where|with|and|for|so|thus|hence|if)\s*,?\s*\}", r" \1 "),
)]

# The shape of a formula, or what else is said of it, behind a comma or some space
SHAPE = re.compile(r"(?:\s*(?:∈|\\in\b)\s*(?:ℝ|R|\\mathbb\s*\{?\s*R\s*\}?)\s*\^\s*\{?\s*\w+\s*"
                   r"(?:(?:×|\\times|x)\s*\w+\s*)?\}?"
                   r"|(?:\s{2,}|,\s*)[(\[]\s*\w+\s*(?:×|x)\s*\w+\s*[)\]]"
                   r"|,?\s*\(\s*(?:since\s+|as\s+)?[A-Z]\s+(?:is\s+)?symmetric\s*\)"
                   r"|,?\s+\(?(?:using|by)\s+(?:the\s+)?symmetry\s+of\s+[A-Z]\s*\)?"
                   r"|,\s*which has the (?:same )?(?:shape|size|dimensions?) (?:as|of) \w+)[\s.]*$")
# What may stand behind a formula and says nothing
END = re.compile(r"(?:\\[,;:! ]|[\s.,;:?∎□■✓✔$]|\(?[Qq]\.\s?[Ee]\.\s?[Dd]\.?\)?)*"
                 r"(?:\\(?:qed|square|blacksquare|Box)\b[\s.$]*)?$")

ENTRY = "⌟"  # a sign that no formula has, for the indices below a bracket, as in (K⁻¹)_ij

# LaTeX that only sets the type or the space between signs
OF_BRACKETS = _words("""
    left right middle big Big bigg Bigg bigl bigr Bigl Bigr biggl biggr Biggl Biggr
""")
LAYOUT = _words("""
    displaystyle textstyle quad qquad nonumber notag boxed bf rm sf it tt cal limits mathstrut
    enspace thinspace mathbf bm boldsymbol mathsf mathit mathrm pmb operatorname text textbf
    textrm mathnormal textit mathop
""")
STYLES = (r"\\(?:mathbf|bm|boldsymbol|mathsf|mathit|mathrm|pmb|operatorname\*?|text|textbf|textrm"
          r"|mathnormal|textit|mathop|mathcal|mathscr|mathbb|ensuremath|vec|underline)")
# A matrix of ones, with its sizes: 1_N, \\mathbf{1}_N, \\mathbf 1_{N \\times D}
OF_ONES = re.compile(
    rf"(?:{BOLD}\s*(?:\{{\s*1\s*\}}|1)|𝟏|(?<![\w.^])1)\s*_\s*"
    r"(?:\{\s*(?P<rows>\w+)\s*(?:(?:\\times|,|×)\s*(?P<columns>\w+)\s*)?\}|(?P<size>\w))")
ENVIRONMENTS = (r"(?:equation|align|aligned|gather|gathered|split|multline|eqnarray|displaymath"
                r"|math)")
# A word that was torn apart, as \\mathrm{t r}; a word in a typeface; what stands around a formula
TORN_WORD = re.compile(r"\\(?:mathrm|operatorname|text)\s*"
                       r"\{\s*[a-z]+(?:\s|\\[,;:!])[a-z\s\\,;:!]+\}")
STYLED = [re.compile(pattern) for pattern in (
    rf"{STYLES}\s*\{{\s*([A-Za-z]+)\s*\}}", rf"{STYLES}\s+([A-Za-z])(?![A-Za-z])",
    r"\{\s*\\(?:bf|rm|sf|it|cal)\s+([A-Za-z]+(?: [A-Z])*)\s*\}")]
AROUND = re.compile(rf"\\(?:begin|end)\s*\{{{ENVIRONMENTS}\*?\}}"
                    r"|\\(?:label|tag)\s*\{[^{}]*\}|\\[()\[\]](?!\\)")
BRACE, COMMAND = re.compile(r"\\([{}|])"), re.compile(r"\\([A-Za-z]+)")
BRACKET = re.compile(r"\s*(?:[()\[\]{}<>|/‖⟨⟩]|\.(?![*/^])|\\(?:[{}|]"
                     r"|(?:[lr]?[vV]ert|[lr](?:angle|brac[ek]))(?![a-z])))")
# A backslash that may solve, in MATLAB
BACKSLASH = re.compile(r"\\\s|(?<!\s)\\(?!\\)")
# Behind an array: a new axis, an entry or a row, a number of rows, a method
COLUMN = re.compile(r"\[\s*:\s*,\s*(?:None|np\.newaxis)\s*\]")
ROW = re.compile(r"\[\s*(?:None|np\.newaxis)\s*(?:,\s*:\s*)?\]")
ENTRY_TAKEN = re.compile(r"\[\s*-?[0-9]+\s*[\]:,]")
SIZE = re.compile(r"\.(shape|size)\s*([\[(])\s*([01])\s*[\])]")
METHOD = re.compile(r"\.(T|I|mT|H)(?=[a-z]'|[^a-z]|$)|\.([a-zA-Z]+)\s*(?=\()")
# LaTeX commands for signs, by what else they are spelled
COMMANDS = {
    "cdot": "·", "times": "·", "ast": "·", "odot": "∘", "circ": "∘", "oslash": "∕", "colon": ":",
    "otimes": "⊗", "partial": "∂", "nabla": "∇", "langle": "⟨", "rangle": "⟩", "lvert": "|",
    "rvert": "|", "vert": "|", "lVert": "‖", "rVert": "‖", "Vert": "‖", "lbrack": "[",
    "rbrack": "]", "lbrace": "(", "rbrace": ")", "top": "ᵀ", "intercal": "ᵀ", "prime": "'",
    "tfrac": "frac", "dfrac": "frac", "cfrac": "frac", "frac": "frac", "nicefrac": "frac",
    "bar": "bar", "overline": "bar", "widebar": "bar", "dd": "d", "diff": "d",
}
NAMED = _words("""
    tr Tr trace Trace det log ln exp sqrt tanh sin cos diag logdet sigmoid relu softplus max
    cosh sinh sech coth sec csc
""")
VARIANTS = {"varepsilon": "epsilon", "varphi": "phi", "vartheta": "theta", "varrho": "rho",
            "varsigma": "sigma", "varpi": "pi"}

# How names in code begin, and what only code for arrays has, in which a star acts entry by entry.
MODULE = re.compile(r"(?:(?:np|numpy|jnp|jax\.numpy|torch|scipy|sp|jsp|jax\.scipy|tf)\."
                    r"(?:linalg\.|special\.|math\.|nn\.(?:functional\.)?)?"
                    r"|jax\.nn\.|\bF\.(?=soft|log_?s|sigm|relu|tanh)"
                    r"|(?:la|LA|sla|linalg|LinearAlgebra|special)\.)(?=[a-z])")
ARRAYS = re.compile(rf"{MODULE.pattern}|(?<=[\w)\]}}'])\s*@(?!\.)|%\*%"
                    r"|(?<!w\.r)\.(?:dot|mm|matmul|t|sum|trace|pow|mT)\b")
# What only Mathematica and Maple write, and their dot for the product, which others write too.
MATHEMATICA = re.compile(r"\b(?:Transpose|Inverse|Tr|Det|IdentityMatrix|LinearSolve|Diagonal|Dot"
                         r"|Norm|Exp|DiagonalMatrix|LogisticSigmoid|Tanh|Log)\["
                         r"|\b(?:Matrix|Linear)?(?:Transpose|Inverse|Solve)\((?=.*\)\.[\w(])"
                         r"|\\\[(?:Capital)?[A-Z][a-z]+\]")
DOT = re.compile(r"(?:(?<=[^\W\d])|(?<=[])])|(?<=[A-Za-z]\d))\.(?=[^\W\d_]|[(\\])"
                 r"|(?:(?<=[^\W\d]\s)|(?<=[])]\s)|(?<=[A-Za-z]\d\s))\.(?=\s+(?:[^\W\d_]|[(\\]))")
DOTTED = re.compile(r"(?<![\w.])[^\W\d_](?:\.(?![TIHt]\b)[^\W\d_])+(?![\w(.])")
MATLAB = re.compile(r"\.[*/^\\']|(?<!\d)\.[-+]|(?<=[\w)'])\s*\\\s*(?=\()|;\s*$")
# Methods, and the functions that they are
METHODS = {
    "T": "transpose", "mT": "transpose", "H": "transpose", "t": "transpose", "I": "inv",
    "transpose": "transpose", "inv": "inv", "inverse": "inv", "pinverse": "pinv", "dot": "dot",
    "mm": "matmul", "matmul": "matmul", "mv": "matmul", "sum": "sum", "trace": "trace",
    "det": "det", "logdet": "logdet", "slogdet": "slogdet", "norm": "norm", "log": "log",
    "exp": "exp", "pow": "pow", "square": "square", "swapaxes": "transpose",
    "permute": "transpose", "diagonal": "diag", "diag": "diag", "amax": "max",
    "add": "add", "sub": "subtract", "mul": "multiply", "div": "divide", "neg": "negative",
    "solve": "", "outer": "outer", "unsqueeze": "expand_dims", "reshape": "reshape",
    "view": "reshape", "ger": "outer", "multiply": "multiply", "matrix_power": "",
    **{name: name for name in ("mean", "max", "sigmoid", "tanh", "relu", "softmax", "log_softmax",
                               "logsumexp", "abs", "sqrt")},
    **dict.fromkeys(("flatten", "ravel", "squeeze"), "reshape"),
    **dict.fromkeys(("detach", "copy", "clone", "contiguous", "double", "float", "conj"),
                    "asarray"),
}

# Words that may stand before a formula or beside it and say nothing about it
PROSE = _words("""
    a above according adding all also an and answer are as at be because becomes been below both
    but by calculate calculus chain claimed combining compute computing conclude consequently
    constant constants contributions cyclic definition definitions derivative derive differential
    differentiate differentiating each equal equals equation expand expanding final finally find
    finding first following follows for formula from further get gets give given gives gradient
    had has have having hence if in indeed insert inserting into invariance is it its kernel
    left let line linear linearity loss me my next now objective obtain obtained obtaining on
    once our out path paths product property quotient recall required respect result resulting
    return right rule second set setting shows simplifies simplify simplifying since so solution
    stated step substitute substituting symmetric symmetry take taking terms that the then there
    therefore these they third this thus to together use used uses using via we what where which
    with write yields you
""")
# Words that may do so in an answer, of somebody who talks about it
TALK = PROSE | _words("""
    after algebra answers arrive arrived arrives attempt being believe can certain check come comes
    computed could cost data derived did directly do does each end ended ends equations equivalently
    error expression fairly form forms function get gets giving got guess here hope into its
    let's likelihood like log-likelihood looks matrix maybe might model notation now ok okay
    one or our out perhaps please pretty probably quite reads really reconstruction residual say
    should simplified simply some suppose sure term terms think trying turns up value vector was
    worked working would wrt
""")
# Words that change no formula: none of them is a part, size, sign, condition or comparison.
ANSWERING = TALK - _words("""
    adding all but constant constants contributions cyclic each first guess if left line might
    on one or path paths second some step symmetric term terms third up would
""") | _words("""
    abbreviation altogether ans applied applying backprop backpropagation backward calculation
    called clearly closed collecting compact compactly componentwise coordinates covariance
    defined defining denote denoted denotes denoting derivation derivatives design
    easily element elementwise embedding entrywise everything explicit explicitly
    expressed expressions features full gaussian gradients hidden hyperbolic immediately input
    inputs introducing itself know known latent layer layers layout leads logistic logits
    matrices model's models multiplication named namely network note notice observations
    obviously overall parameter parameters pass plugging points positions precision predicted
    prediction predictions probabilities process putting regression residuals rewritten ridge
    rowwise rules scatter see shape shapes shown simple soln straightforward such summarising
    summary target targets usual variable variables vectors wanted ways weight weights well whole
    words writing written
""")
# Words that are no product of letters
ENGLISH = TALK | _words("""
    bb bc bf cc cd cf ch dc dq eg eq eqn fc fn gb hf hz nd pc pd pf pp pt qed rc rd rm sd sf sp sq
    st tb tf th tt am bed been do dec def did ed eh et etc fed fee fees feed fig he hef her here
    hers him his id idea ie ix led me no not ones per pre ps red rest see seed seen set sets she sup
    tbd ten tree try two up us was were will xi yes re
""") - {"a", "if"}
# What is said of formulas, in sentences that are not all read
SAID = TALK | _words("""
    are divided half if inverse minus multiplied negative no not numerator of opposite over plus
    quantity residual shouldn squared than times transposed twice when without
""")


def spells_a_word(word: str) -> bool:
    """Return whether some letters are a word: neither XS, nor Bf, which has no vowel."""
    small = word.islower() or (not word.isupper() and re.search("[aeiouy]", word.lower()))
    return bool(small) and word.lower() in ENGLISH
