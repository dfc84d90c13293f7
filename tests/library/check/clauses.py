"""More answers and passages: clauses that are joined, governed or of former times; kinds of days.

As in `cases`, half of them in Portuguese and Spanish.
"""

from tests.library.check.cases import CheckCase, Right


def _about_itself(answer: str, passage: str, right: Right) -> CheckCase:
    """A case whose question is its answer."""
    return CheckCase(f"{answer.rstrip('.')}?", answer, passage, right)


JOINED = tuple(
    _about_itself(answer, passage, right)
    for answer, passage, right in (
        (
            "The report was reviewed by Anna Keller.",
            "The report was written by Anna Keller and reviewed by Paul Moser.",
            "not",
        ),
        (
            "The report was reviewed by Paul Moser.",
            "The report was written by Anna Keller and reviewed by Paul Moser.",
            "borne out",
        ),
        (
            "The report was written by Anna Keller.",
            "The report was written by Anna Keller and reviewed by Paul Moser.",
            "borne out",
        ),
        (
            "The tower was restored in 1887.",
            "The tower was built in 1887 and restored in 1990.",
            "not",
        ),
        (
            "The tower was restored in 1990.",
            "The tower was built in 1887 and restored in 1990.",
            "borne out",
        ),
        (
            "The old tower was restored in 1990.",
            "The old tower was built in 1887, burned down in 1920 and was restored in 1990.",
            "borne out",
        ),
        (
            "The old tower burned down in 1887.",
            "The old tower was built in 1887, burned down in 1920 and was restored in 1990.",
            "not",
        ),
        (
            "Lena Fuchs sings in the choir.",
            "Lena Fuchs plays the organ and Max Braun sings in the choir.",
            "not",
        ),
        ("The store closes at 9.", "The store opens at 9 and closes at 18.", "not"),
        ("The store closes at 18.", "The store opens at 9 and closes at 18.", "borne out"),
        ("The company sells pumps.", "The company makes and sells pumps.", "borne out"),
        ("The company makes pumps.", "The company makes and sells pumps.", "borne out"),
        (
            "The annual report was published in June.",
            "The annual report was accepted by the board in May and published in June.",
            "borne out",
        ),
        (
            "The report was published in June.",
            "The annual report was accepted by the board in May and published in June.",
            "borne out",
        ),
        (
            "The report was published in May.",
            "The annual report was accepted by the board in May and published in June.",
            "not",
        ),
        ("Paul reviewed the report.", "Anna wrote the report and Paul reviewed it.", "borne out"),
        (
            "Anna Keller wrote the report.",
            "Anna Keller and Paul Moser wrote the report.",
            "borne out",
        ),
        (
            "Paul Moser wrote the report.",
            "Anna Keller and Paul Moser wrote the report.",
            "borne out",
        ),
        (
            "The house has a cellar and a garden.",
            "The house has a garden, a garage and a cellar.",
            "borne out",
        ),
        (
            "The ticket for children costs 30 euros.",
            "The ticket costs 30 euros and 10 euros for children.",
            "not",
        ),
        (
            "Seven members voted against the motion.",
            "Seven members voted for the motion and four against it.",
            "not",
        ),
        (
            "Berlin has 3.7 million inhabitants.",
            "Berlin has 3.7 million inhabitants and Hamburg 1.9 million.",
            "borne out",
        ),
        (
            "Hamburg has 1.9 million inhabitants.",
            "Berlin has 3.7 million inhabitants and Hamburg 1.9 million.",
            "borne out",
        ),
        (
            "Hamburg has 3.7 million inhabitants.",
            "Berlin has 3.7 million inhabitants and Hamburg 1.9 million.",
            "not",
        ),
        (
            "The pump is heated and the valve is open.",
            "The pump is heated and the valve is open.",
            "borne out",
        ),
        (
            "The filter is changed every month.",
            "The oil is changed every month and the filter every year.",
            "not",
        ),
        (
            "The filter is changed every year.",
            "The oil is changed every month and the filter every year.",
            "borne out",
        ),
        (
            "The oil is changed every month.",
            "The oil is changed every month and the filter every year.",
            "borne out",
        ),
        (
            "The oil is changed every year.",
            "The oil is changed every month and the filter every year.",
            "not",
        ),
        (
            "A fatura foi paga pela Joana.",
            "A fatura foi emitida pela Joana e paga pelo Rui.",
            "not",
        ),
        (
            "A fatura foi paga pelo Rui.",
            "A fatura foi emitida pela Joana e paga pelo Rui.",
            "borne out",
        ),
        (
            "A fatura foi emitida pela Joana.",
            "A fatura foi emitida pela Joana e paga pelo Rui.",
            "borne out",
        ),
        (
            "As inscrições terminam a 3 de maio.",
            "As inscrições começam a 3 de maio e terminam a 30 de maio.",
            "not",
        ),
        (
            "As inscrições terminam a 30 de maio.",
            "As inscrições começam a 3 de maio e terminam a 30 de maio.",
            "borne out",
        ),
        ("A loja fecha às 9 horas.", "A loja abre às 9 horas e fecha às 18 horas.", "not"),
        (
            "A ponte foi reaberta em 1998.",
            "A ponte foi inaugurada em 1966, fechada em 1998 e reaberta em 2001.",
            "not",
        ),
        (
            "A ponte foi reaberta em 2001.",
            "A ponte foi inaugurada em 1966, fechada em 1998 e reaberta em 2001.",
            "borne out",
        ),
        (
            "O óleo é trocado todos os anos.",
            "O óleo é trocado todos os meses e o filtro todos os anos.",
            "not",
        ),
        (
            "O filtro é trocado todos os anos.",
            "O óleo é trocado todos os meses e o filtro todos os anos.",
            "borne out",
        ),
        (
            "La factura fue pagada por Ana Ruiz.",
            "La factura fue emitida por Ana Ruiz y pagada por Luis Gil.",
            "not",
        ),
        (
            "La factura fue pagada por Luis Gil.",
            "La factura fue emitida por Ana Ruiz y pagada por Luis Gil.",
            "borne out",
        ),
    )
)

FORMER = tuple(
    _about_itself(answer, passage, right)
    for answer, passage, right in (
        ("The fee is 30 euros.", "The fee used to be 30 euros; since May it is 35 euros.", "not"),
        ("The office is in Graz.", "The office was formerly in Graz.", "not"),
        (
            "The fee used to be 30 euros.",
            "The fee used to be 30 euros; since May it is 35 euros.",
            "borne out",
        ),
        ("Maria Lang is the chair.", "Maria Lang is the former chair.", "not"),
        ("A taxa é de 30 euros.", "Antes a taxa era de 30 euros; desde maio é de 35 euros.", "not"),
        ("A sede fica em Coimbra.", "A sede costumava ficar em Coimbra.", "not"),
        ("O senhor Dias é o diretor.", "O senhor Dias é o antigo diretor.", "not"),
        ("La oficina está en Vigo.", "La oficina antes estaba en Vigo.", "not"),
        ("The line is in use.", "The line is no longer in use.", "not"),
        ("A linha está em uso.", "A linha já não está em uso.", "not"),
        ("A linha está em uso.", "A linha deixou de estar em uso.", "not"),
    )
)

GOVERNED = tuple(
    _about_itself(answer, passage, right)
    for answer, passage, right in (
        ("The drug reduces pain.", "There is no evidence that the drug reduces pain.", "not"),
        ("The drug reduces pain.", "Nobody has shown that the drug reduces pain.", "not"),
        ("The drug reduces pain.", "The study does not show that the drug reduces pain.", "not"),
        ("The drug reduces pain.", "The study shows that the drug reduces pain.", "borne out"),
        (
            "The contract ends in June.",
            "We have not confirmed that the contract ends in June.",
            "not",
        ),
        ("The minister resigned.", "The minister denied that he resigned.", "not"),
        ("The bridge is safe.", "The engineers doubt that the bridge is safe.", "not"),
        ("The bridge is safe.", "It remains unclear whether the bridge is safe.", "not"),
        ("The bridge is safe.", "The report concludes that the bridge is safe.", "borne out"),
        ("O medicamento reduz a dor.", "Não há provas de que o medicamento reduz a dor.", "not"),
        (
            "O medicamento reduz a dor.",
            "O estudo não demonstrou que o medicamento reduz a dor.",
            "not",
        ),
        (
            "O medicamento reduz a dor.",
            "O estudo demonstrou que o medicamento reduz a dor.",
            "borne out",
        ),
        ("A ponte é segura.", "Os engenheiros duvidam de que a ponte seja segura.", "not"),
        ("A ponte é segura.", "Não se sabe se a ponte é segura.", "not"),
        (
            "El medicamento reduce el dolor.",
            "No hay pruebas de que el medicamento reduce el dolor.",
            "not",
        ),
    )
)

UNITS = tuple(
    _about_itself(answer, passage, right)
    for answer, passage, right in (
        ("O prazo é de 15 dias.", "O prazo é de 15 dias úteis.", "not"),
        ("O prazo é de 15 dias úteis.", "O prazo é de 15 dias úteis.", "borne out"),
        ("O prazo é de 15 dias.", "O prazo é de 15 dias corridos.", "borne out"),
        ("The refund takes 10 days.", "The refund takes 10 working days.", "not"),
        ("The refund takes 10 days.", "The refund takes 10 business days.", "not"),
        ("The refund takes 10 business days.", "The refund takes 10 working days.", "borne out"),
        ("The refund takes 10 days.", "The refund takes 10 calendar days.", "borne out"),
        ("El plazo es de 20 días.", "El plazo es de 20 días hábiles.", "not"),
        ("El plazo es de 20 días hábiles.", "El plazo es de 20 días hábiles.", "borne out"),
    )
)

CLAUSES = {"joined": JOINED, "former": FORMER, "governed": GOVERNED, "units": UNITS}
