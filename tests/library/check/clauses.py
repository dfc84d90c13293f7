"""More answers and passages: joined, governed, compared, limited, intended, or of former times.

As in `cases`; the question is the answer.
"""

from tests.library.check.cases import CheckCase, Right


def _cases(*listed: tuple[str, str, Right]) -> tuple[CheckCase, ...]:
    """Cases of an answer, a passage and what is right."""
    return tuple(
        CheckCase(f"{answer.rstrip('.')}?", answer, passage, right)
        for answer, passage, right in listed
    )


JOINED = _cases(
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
    ("The tower was restored in 1887.", "The tower was built in 1887 and restored in 1990.", "not"),
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
    ("Anna Keller wrote the report.", "Anna Keller and Paul Moser wrote the report.", "borne out"),
    ("Paul Moser wrote the report.", "Anna Keller and Paul Moser wrote the report.", "borne out"),
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
    ("A fatura foi paga pela Joana.", "A fatura foi emitida pela Joana e paga pelo Rui.", "not"),
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
"""Clauses that are joined by `and`."""

FORMER = _cases(
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
"""What was so in former times."""

GOVERNED = _cases(
    ("The drug reduces pain.", "There is no evidence that the drug reduces pain.", "not"),
    ("The drug reduces pain.", "Nobody has shown that the drug reduces pain.", "not"),
    ("The drug reduces pain.", "The study does not show that the drug reduces pain.", "not"),
    ("The drug reduces pain.", "The study shows that the drug reduces pain.", "borne out"),
    ("The contract ends in June.", "We have not confirmed that the contract ends in June.", "not"),
    ("The minister resigned.", "The minister denied that he resigned.", "not"),
    ("The bridge is safe.", "The engineers doubt that the bridge is safe.", "not"),
    ("The bridge is safe.", "It remains unclear whether the bridge is safe.", "not"),
    ("The bridge is safe.", "The report concludes that the bridge is safe.", "borne out"),
    ("O medicamento reduz a dor.", "Não há provas de que o medicamento reduz a dor.", "not"),
    ("O medicamento reduz a dor.", "O estudo não demonstrou que o medicamento reduz a dor.", "not"),
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
"""What stands behind words that take it back, or only ask."""

UNITS = _cases(
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
"""Days that are worked, and others."""

COMPARED = _cases(
    ("Model A is faster than model B.", "Model B is faster than model A.", "not"),
    (
        "The blue line is longer than the red line.",
        "The red line is longer than the blue line.",
        "not",
    ),
    (
        "O plano básico é mais caro do que o plano premium.",
        "O plano premium é mais caro do que o plano básico.",
        "not",
    ),
    ("Costs are twice as high as in 2020.", "Costs are half as high as in 2020.", "not"),
    ("Model B is faster than model A.", "Model B is faster than model A.", "borne out"),
)
"""Which of two is more."""

ROLES = _cases(
    ("Anna lent Paul 50 euros.", "Paul lent Anna 50 euros.", "not"),
    ("The landlord pays the tenant a deposit.", "The tenant pays the landlord a deposit.", "not"),
    ("O inquilino paga a caução ao senhorio.", "O senhorio paga a caução ao inquilino.", "not"),
    ("The postman bit the dog.", "The postman was bitten by the dog.", "not"),
    ("The teacher of Anna is Paul.", "The teacher of Paul is Anna.", "not"),
)
"""Who does it, and to whom."""

SCOPE = _cases(
    ("Members may vote.", "Only members may vote.", "borne out"),
    ("Everyone may vote.", "Only members may vote.", "not"),
    ("The pass is valid in all zones.", "The pass is valid in zone 1.", "not"),
    ("Guests may use the pool after 10.", "Guests may use the pool before 10.", "not"),
)
"""For whom and where."""

CHANGED = _cases(
    ("The meeting is on 5 March.", "The meeting was moved from 5 March to 12 March.", "not"),
    ("A reunião é a 5 de março.", "A reunião passou de 5 de março para 12 de março.", "not"),
    ("The rent rose from 700 to 750 euros.", "The rent rose from 700 to 750 euros.", "borne out"),
    ("The rent is 700 euros.", "The rent rose from 700 to 750 euros.", "not"),
    ("The rent rose to 700 euros.", "The rent rose from 700 to 750 euros.", "not"),
    ("A renda é de 700 euros.", "A renda subiu de 700 para 750 euros.", "not"),
    ("Prices fell from 8 to 6 euros.", "Prices fell from 6 to 8 euros.", "not"),
    ("The train runs from Linz to Wels.", "The train runs from Wels to Linz.", "not"),
    (
        "The train runs from Wels to Linz.",
        "The train runs from Wels to Linz every hour.",
        "borne out",
    ),
    ("The train runs to Linz.", "The train runs from Wels to Linz every hour.", "borne out"),
)
"""From what, to what."""

LIMITED = _cases(
    ("All rooms have a balcony.", "All rooms except room 7 have a balcony.", "not"),
    ("Room 7 has a balcony.", "All rooms except room 7 have a balcony.", "not"),
    ("Todos os quartos têm varanda.", "Todos os quartos têm varanda, menos o 7.", "not"),
    ("The library opens daily.", "The library opens daily, with the exception of Mondays.", "not"),
    ("Delivery is free.", "Delivery is free for orders above 50 euros.", "not"),
    ("A entrega é grátis.", "A entrega é grátis para compras acima de 50 euros.", "not"),
    (
        "Delivery is free for orders above 50 euros.",
        "Delivery is free for orders above 50 euros.",
        "borne out",
    ),
    ("You get a refund.", "You get a refund when you cancel in writing within 14 days.", "not"),
    (
        "O reembolso é total.",
        "O reembolso é total quando o cancelamento é feito até 7 dias antes.",
        "not",
    ),
    ("The bridge was closed.", "The bridge was closed when the storm came.", "borne out"),
)
"""Rules with exceptions and conditions."""

INTENDED = _cases(
    (
        "The plant was closed in 2023.",
        "The plant was to be closed in 2023, but it is still running.",
        "not",
    ),
    (
        "The company will open a shop in Oslo.",
        "The company considered opening a shop in Oslo.",
        "not",
    ),
    ("The law was passed.", "The law will be passed in May.", "not"),
    ("O hospital foi construído em 2024.", "O hospital será construído em 2024.", "not"),
    ("The team won the final.", "The team could have won the final.", "not"),
    ("The team won the final.", "The team almost won the final.", "not"),
    ("The tests passed.", "The tests should pass.", "not"),
    ("The file was deleted.", "The file was nearly deleted.", "not"),
    ("Anna is the mayor.", "Anna wants to be the mayor.", "not"),
    ("Rita é a presidente.", "Rita candidatou-se a presidente.", "not"),
    ("The law will be passed in May.", "The law will be passed in May.", "borne out"),
)
"""What is planned, nearly done or yet to be."""

ASKED = _cases(
    ("The earth is flat.", "Some people say that the earth is flat.", "not"),
    ("The earth is flat.", "Critics: “The earth is flat” is a myth.", "not"),
    ("A terra é plana.", "Dizem que a terra é plana.", "not"),
    ("Is the earth flat.", "Is the earth flat?", "not"),
    ("The contract ends in May.", "Does the contract end in May?", "not"),
    ("O contrato termina em maio.", "O contrato termina em maio?", "not"),
    ("If it rains the match is cancelled.", "If it rains the match is cancelled.", "borne out"),
    ("The match is cancelled.", "If it rains, the match is cancelled.", "not"),
    ("O jogo é cancelado.", "Se chover, o jogo é cancelado.", "not"),
)
"""What is asked, or only told by others."""

MEASURED = _cases(
    ("The fund has 5 million euros.", "The fund has 5 million dollars.", "not"),
    ("The fund has 5 million euros.", "The fund has 5 billion euros.", "not"),
    ("The tank holds 50 litres.", "The tank holds 50 gallons.", "not"),
    ("20 % of the users pay.", "20 % of the users do not pay.", "not"),
    ("Half of the members came.", "Half of the members stayed away.", "not"),
    ("Temperature must stay at 5 °C.", "Temperature must stay between 2 and 5 °C.", "not"),
    ("A dose é de 5 mg por dia.", "A dose é de 5 mg por semana.", "not"),
    ("The dose is 5 mg per day.", "The dose is 5 mg per week.", "not"),
    ("The rent is 700 euros per month.", "The rent is 700 euros per week.", "not"),
    ("Take 2 tablets a day.", "Take 2 tablets every 8 hours.", "not"),
)
"""Of what, and how often."""

CLAUSES = {
    "joined": JOINED,
    "former": FORMER,
    "governed": GOVERNED,
    "units": UNITS,
    "compared": COMPARED,
    "roles": ROLES,
    "scope": SCOPE,
    "changed": CHANGED,
    "limited": LIMITED,
    "intended": INTENDED,
    "asked": ASKED,
    "measured": MEASURED,
}
