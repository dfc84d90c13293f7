"""LaTeX symbols as Unicode: letters, operators, relations, accents, raised and lowered signs."""

from typing import Final


def _named(pairs: str) -> dict[str, str]:
    """By name, from words in pairs: a name, and what it is shown as."""
    words = pairs.split()
    return dict(zip(words[::2], words[1::2], strict=True))


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


LETTERS: Final = _named(
    """
    alpha α beta β gamma γ delta δ epsilon ϵ varepsilon ε zeta ζ eta η theta θ vartheta ϑ iota ι
    kappa κ lambda λ mu μ nu ν xi ξ omicron ο pi π varpi ϖ rho ρ varrho ϱ sigma σ varsigma ς tau τ
    upsilon υ phi φ varphi φ chi χ psi ψ omega ω
    Gamma Γ Delta Δ Theta Θ Lambda Λ Xi Ξ Pi Π Sigma Σ Upsilon Υ Phi Φ Psi Ψ Omega Ω
    ell ℓ hbar ℏ hslash ℏ imath ı jmath ȷ wp ℘ Re ℜ Im ℑ aleph ℵ beth ℶ partial ∂ nabla ∇
    infty ∞ emptyset ∅ varnothing ∅ degree ° angle ∠ triangle △ square □ Box □ diamond ⋄
    bullet • star ⋆ ast ∗ dagger † ddagger ‡ top ⊤ bot ⊥ checkmark ✓ prime ′ S § P ¶
    ldots … dots … cdots ⋯ vdots ⋮ ddots ⋱ dotsc … dotsb ⋯ forall ∀ exists ∃ nexists ∄ neg ¬ lnot ¬
    euro € pounds £ copyright © backslash \\ complement ∁ therefore ∴ because ∵ blacksquare ■
    """
)
"""Symbols that stand for something, as letters do."""

OPERATORS: Final = _named(
    """
    times × div ÷ cdot · pm ± mp ∓ ast ∗ circ ∘ bullet • oplus ⊕ ominus ⊖ otimes ⊗ odot ⊙
    cup ∪ cap ∩ setminus ∖ wedge ∧ vee ∨ land ∧ lor ∨ sqcup ⊔ sqcap ⊓ uplus ⊎ star ⋆ bmod mod
    """
)
"""What stands between two things, with spaces."""

RELATIONS: Final = _named(
    """
    le ≤ leq ≤ leqslant ≤ ge ≥ geq ≥ geqslant ≥ ne ≠ neq ≠ lt < gt > ll ≪ gg ≫ approx ≈ sim ∼
    simeq ≃ cong ≅ equiv ≡ propto ∝ doteq ≐ coloneqq ≔ in ∈ notin ∉ ni ∋ subset ⊂ subseteq ⊆
    supset ⊃ supseteq ⊇ subsetneq ⊊ nsubseteq ⊈ mid ∣ nmid ∤ parallel ∥ perp ⊥ vdash ⊢ models ⊨
    to → rightarrow → longrightarrow ⟶ leftarrow ← gets ← longleftarrow ⟵ leftrightarrow ↔
    Rightarrow ⇒ Longrightarrow ⟹ implies ⟹ Leftarrow ⇐ impliedby ⟸ Leftrightarrow ⇔ iff ⟺
    Longleftrightarrow ⟺ mapsto ↦ longmapsto ⟼ hookrightarrow ↪ rightharpoonup ⇀ uparrow ↑
    downarrow ↓ updownarrow ↕ nearrow ↗ searrow ↘ prec ≺ succ ≻ preceq ⪯ succeq ⪰ asymp ≍
    rightleftharpoons ⇌ leadsto ⇝ xrightarrow → triangleq ≜
    """
)

LARGE: Final = _named(
    """
    sum ∑ prod ∏ coprod ∐ int ∫ iint ∬ iiint ∭ oint ∮ bigcup ⋃ bigcap ⋂ bigoplus ⨁ bigotimes ⨂
    bigvee ⋁ bigwedge ⋀
    """
)
"""Operators with limits."""

FUNCTIONS: Final = _words(
    """
    sin cos tan cot sec csc arcsin arccos arctan sinh cosh tanh coth exp log ln lg det dim ker deg
    gcd lcm max min sup inf lim limsup liminf arg argmax argmin hom Pr mod tr rank sgn
    """
)

OPENING: Final = _named(r"lbrace { lbrack [ lparen ( langle ⟨ lfloor ⌊ lceil ⌈ lvert | lVert ‖ { {")
CLOSING: Final = _named(r"rbrace } rbrack ] rparen ) rangle ⟩ rfloor ⌋ rceil ⌉ rvert | rVert ‖ } }")
BARS: Final = {"vert": "|", "Vert": "‖", "|": "‖"}

SPACES: Final = {
    **dict.fromkeys((",", ":", ";", " ", ">", "enspace", "thinspace"), " "),
    **dict.fromkeys(("quad", "qquad"), "  "),
    "!": "",
}

IGNORED: Final = _words(
    """
    displaystyle textstyle scriptstyle limits nolimits big Big bigg Bigg bigl bigr Bigl Bigr biggl
    biggr Biggl Biggr bigm Bigm left right middle nonumber notag boldmath hfill centering
    """
)
"""Commands that change only how large something is, or where it stands."""

PLAIN: Final = _words(
    """
    text textrm textbf textit textsf texttt mbox hbox mathrm mathbf mathit mathsf mathtt boldsymbol
    bm pmb operatorname mathop mathrel mathbin mathord boxed fbox emph textnormal mathnormal
    underline rm bf
    """
)
"""Commands whose argument is shown as it is."""

PROSE: Final = _words("text textrm textbf textit textsf texttt mbox hbox emph textnormal")
"""Those among them whose argument is words."""

ACCENTS: Final = {
    "hat": "\u0302",
    "widehat": "\u0302",
    "bar": "\u0304",
    "overline": "\u0305",
    "vec": "\u20d7",
    "dot": "\u0307",
    "ddot": "\u0308",
    "tilde": "\u0303",
    "widetilde": "\u0303",
    "check": "\u030c",
    "breve": "\u0306",
    "acute": "\u0301",
    "grave": "\u0300",
}
"""Signs that are drawn over the letter before them."""

DOUBLE_STRUCK: Final = dict(zip("CHNPQRZEF1", "ℂℍℕℙℚℝℤ𝔼𝔽𝟙", strict=True))
SCRIPT: Final = dict(zip("BEFHILMRego", "ℬℰℱℋℐℒℳℛℯℊℴ", strict=True))

RAISED: Final = dict(
    zip(
        "0123456789+−=()abcdefghijklmnoprstuvwxyzABDEGHIJKLMNOPRTUVWβγδθφχ′*° ",
        "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᴬᴮᴰᴱᴳᴴᴵᴶᴷᴸᴹᴺᴼᴾᴿᵀᵁⱽᵂᵝᵞᵟᶿᵠᵡ′*° ",
        strict=True,
    )
)
LOWERED: Final = dict(
    zip(
        "0123456789+−=()aehijklmnoprstuvxβγρφχ",
        "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓᵦᵧᵨᵩᵪ",
        strict=True,
    )
)

LINES: Final = _words(
    """
    aligned align align* alignedat equation equation* gather gather* gathered split eqnarray
    multline
    """
)
"""Environments whose rows stand below each other."""

BRACKETS: Final = {
    "pmatrix": ("(", ")"),
    "bmatrix": ("[", "]"),
    "Bmatrix": ("{", "}"),
    "vmatrix": ("|", "|"),
    "Vmatrix": ("‖", "‖"),
    "matrix": ("[", "]"),
    "smallmatrix": ("[", "]"),
    "array": ("[", "]"),
    "cases": ("{ ", ""),
}
"""Environments whose rows are shown one behind the other, and what is around them."""

SIMPLE_FRACTIONS: Final = {
    ("1", "2"): "½",
    ("1", "3"): "⅓",
    ("2", "3"): "⅔",
    ("1", "4"): "¼",
    ("3", "4"): "¾",
    ("1", "5"): "⅕",
    ("1", "6"): "⅙",
    ("1", "8"): "⅛",
    ("3", "8"): "⅜",
    ("5", "8"): "⅝",
    ("7", "8"): "⅞",
}

ROOTS: Final = {"3": "∛", "4": "∜"}
