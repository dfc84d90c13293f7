"""Answers and what a passage says to them; English, Portuguese and Spanish.

Each case is a question, an answer of one sentence, a passage, and what is right: `borne out` means
supported or word for word, `not` neither of the two.
"""

from typing import Literal, NamedTuple

Right = Literal["borne out", "verbatim", "not", "contradicted"]


class CheckCase(NamedTuple):
    question: str
    answer: str
    passage: str
    right: Right
    title: str = ""
    path: str = "/files/text.txt"
    headings: tuple[str, ...] = ()


POLARITY = (
    CheckCase(
        "Is the fee refundable?",
        "The fee is refundable.",
        "The fee is non-refundable.",
        "contradicted",
    ),
    CheckCase(
        "O contrato pode ser renovado?",
        "O contrato pode ser renovado.",
        "O contrato só pode ser renovado com aviso prévio de 60 dias.",
        "not",
    ),
    CheckCase(
        "May the contract be renewed?",
        "The contract may be renewed.",
        "The contract may only be renewed with 60 days' notice.",
        "not",
    ),
    CheckCase(
        "O contrato pode ser renovado?",
        "O contrato só pode ser renovado com aviso prévio de 60 dias.",
        "O contrato só pode ser renovado com aviso prévio de 60 dias.",
        "verbatim",
    ),
    CheckCase(
        "Is storm damage covered?",
        "Storm damage is not covered by the house policy.",
        "Storm damage is covered by the house policy. Flood damage is not covered by the policy.",
        "contradicted",
    ),
    CheckCase(
        "Who pays for damage?",
        "Flood damage is covered by the house policy.",
        "Storm damage is covered by the house policy. Flood damage is not covered by the house"
        " policy.",
        "contradicted",
    ),
    CheckCase(
        "Is storm damage covered?",
        "Storm damage is covered.",
        "Storm damage is covered by the house policy. Flood damage is not covered by the policy.",
        "borne out",
    ),
    CheckCase(
        "Is flood damage covered?",
        "No, flood damage isn't covered.",
        "Storm damage is covered by the house policy. Flood damage is not covered by the policy.",
        "borne out",
    ),
    CheckCase(
        "Who repaired the roof?",
        "The chapel roof was repaired by the Moser company in spring.",
        "It is false that the chapel roof was repaired by the Moser company in spring.",
        "contradicted",
    ),
    CheckCase(
        "May tenants keep cats?",
        "Tenants may keep a cat in their flat.",
        "Tenants may not keep a cat or a small dog in their flat.",
        "contradicted",
    ),
    CheckCase(
        "Is damage covered?",
        "Damage to the boat is covered.",
        "Damage to the boat is covered only if it was reported within a week.",
        "not",
    ),
    CheckCase(
        "Is the deposit returned?",
        "The deposit is returned after the stay.",
        "The deposit is returned after the stay unless the key is missing.",
        "not",
    ),
    CheckCase(
        "Which rooms are heated?",
        "The cellar is heated.",
        "All rooms except the cellar are heated in winter.",
        "contradicted",
    ),
    CheckCase(
        "Does the valve open?",
        "The valve opens at low pressure.",
        "The valve fails to open at low pressure.",
        "contradicted",
    ),
    CheckCase(
        "Does the valve open?",
        "The valve doesn't open at low pressure.",
        "The valve fails to open at low pressure.",
        "borne out",
    ),
    CheckCase(
        "Is the old tower open?",
        "The old tower is open to visitors.",
        "The old tower is no longer open to visitors.",
        "contradicted",
    ),
    CheckCase(
        "Must members wear a helmet?",
        "Members must wear a helmet on the water.",
        "Members may wear a helmet on the water.",
        "not",
    ),
    CheckCase(
        "When was the bridge closed?",
        "The bridge was opened in May 1999.",
        "The bridge was closed in May 1999.",
        "contradicted",
    ),
    CheckCase(
        "A renda pode subir?",
        "A renda não pode subir durante o contrato.",
        "A renda pode subir durante o contrato.",
        "contradicted",
    ),
    CheckCase(
        "Os danos por inundação estão cobertos?",
        "Os danos por inundação estão cobertos pela apólice.",
        "Os danos por inundação jamais estão cobertos pela apólice.",
        "contradicted",
    ),
    CheckCase(
        "O seguro cobre o barco?",
        "O seguro cobre o barco no porto.",
        "O seguro cobre o barco no porto, salvo em caso de furacão.",
        "not",
    ),
    CheckCase(
        "A piscina está aberta?",
        "A piscina está aberta no inverno.",
        "A piscina deixou de estar aberta no inverno.",
        "contradicted",
    ),
    CheckCase(
        "Quem tem a chave?",
        "Nenhum funcionário tem a chave do cofre.",
        "O funcionário da noite tem a chave do cofre.",
        "not",
    ),
    CheckCase(
        "O inquilino pode ter animais?",
        "O inquilino não pode ter animais no apartamento.",
        "O inquilino não pode ter nenhum tipo de animais no apartamento.",
        "borne out",
    ),
    CheckCase(
        "A multa é devolvida?",
        "A multa é devolvida ao sócio.",
        "A multa é devolvida ao sócio a menos que o pagamento esteja em atraso.",
        "not",
    ),
    CheckCase(
        "Quais salas são aquecidas?",
        "A adega é aquecida.",
        "Todas as salas são aquecidas, exceto a adega.",
        "contradicted",
    ),
    CheckCase(
        "Quais salas são aquecidas?",
        "A adega não é aquecida.",
        "Todas as salas são aquecidas, exceto a adega.",
        "borne out",
    ),
    CheckCase(
        "É obrigatório usar capacete?",
        "É obrigatório usar capacete na obra.",
        "Não é obrigatório usar capacete na obra.",
        "contradicted",
    ),
    CheckCase(
        "¿La póliza cubre los daños?",
        "La póliza cubre los daños de la tormenta.",
        "La póliza no cubre los daños de la tormenta.",
        "contradicted",
    ),
    CheckCase(
        "¿Se devuelve la fianza?",
        "La fianza se devuelve al final del contrato.",
        "La fianza se devuelve al final del contrato, a menos que haya daños.",
        "not",
    ),
    CheckCase(
        "¿Quién puede entrar?",
        "Los visitantes pueden entrar en la torre.",
        "Los visitantes nunca pueden entrar en la torre.",
        "contradicted",
    ),
    CheckCase(
        "¿Está abierta la sala?",
        "La sala está abierta los lunes.",
        "La sala ya no está abierta los lunes.",
        "contradicted",
    ),
)

ATTRIBUTION = (
    CheckCase(
        "What does error E0451 mean?",
        "Error E0451 means that the outlet valve is stuck.",
        "The pump controller raises E0415 when the outlet valve is stuck.",
        "not",
    ),
    CheckCase(
        "Which firmware does board PN-88213-B need?",
        "Board PN-88213-B needs firmware v2.13.4.",
        "Upgrade to firmware v2.13.4 before fitting board PN-88231-B.",
        "not",
    ),
    CheckCase(
        "Which firmware does board PN-88213-B need?",
        "Board PN-88213-B needs firmware v2.13.4.",
        "Upgrade to firmware v2.14.3 before fitting board PN-88213-B.\n"
        "Upgrade to firmware v2.13.4 before fitting board PN-88231-B.",
        "not",
    ),
    CheckCase(
        "How much does Alice earn?",
        "Alice earns 7 euros an hour.",
        "Alice earns 5 euros an hour and Bob earns 7 euros an hour.",
        "not",
    ),
    CheckCase(
        "How much does Bob earn?",
        "Bob earns 7 euros an hour.",
        "Alice earns 5 euros an hour and Bob earns 7 euros an hour.",
        "borne out",
    ),
    CheckCase(
        "How much does the dog weigh?",
        "The dog weighs 5 kg.",
        "The cat weighs 5 kg and the dog weighs 12 kg.",
        "not",
    ),
    CheckCase(
        "Is the pump open?",
        "The pump is open.",
        "The pump is heated and the valve is open.",
        "not",
    ),
    CheckCase(
        "Who sold the mill?",
        "Stone sold the mill to Moser.",
        "In 1990 Moser sold the mill to Stone.",
        "not",
    ),
    CheckCase(
        "Who bought the mill?",
        "The mill was sold by Moser to Stone.",
        "In 1990 Moser sold the mill to Stone.",
        "borne out",
    ),
    CheckCase(
        "What is the phone number of Bob Ray?",
        "The phone number of Bob Ray is 555-0142.",
        "# Contact\n\nPhone: 555-0142\nTown: Leith",
        "not",
        "Contact",
        "/notes/People/Jane Doe.md",
    ),
    CheckCase(
        "What is Jane Doe's phone number?",
        "Jane Doe's phone number is 555-0142.",
        "# Contact\n\nPhone: 555-0142\nTown: Leith",
        "borne out",
        "Contact",
        "/notes/People/Jane Doe.md",
    ),
    CheckCase(
        "What does clause 2.2 of the agreement say?",
        "Neither party is liable for lost profit.",
        "3.2 Neither party is liable for lost profit.",
        "not",
        "Agreement",
        "/files/agreement.docx",
        ("3 Liability",),
    ),
    CheckCase(
        "Where is the spare key?",
        "The spare key of the mill is with Ann.",
        "The spare key of the mill is with Annabel Stone.",
        "not",
    ),
    CheckCase(
        "What is the period of notice for managers?",
        "The period of notice for managers is three months.",
        "Overtime is paid after three months. The period of notice for managers is",
        "not",
    ),
    CheckCase(
        "Qual é o salário de Bruno?",
        "O salário de Bruno é 1800 euros.",
        "O salário de Ana é 1800 euros e o salário de Bruno é 2100 euros.",
        "not",
    ),
    CheckCase(
        "Quem vendeu o moinho?",
        "Souza vendeu o moinho a Pereira.",
        "Em 1990 Pereira vendeu o moinho a Souza.",
        "not",
    ),
    CheckCase(
        "O que significa o erro E-204?",
        "O erro E-204 significa que a porta está aberta.",
        "O erro E-240 significa que a porta está aberta. O erro E-204 significa falta de papel.",
        "not",
    ),
    CheckCase(
        "Onde mora Joana?",
        "Joana mora em Braga.",
        "Joana trabalha no Porto. Rita mora em Braga.",
        "not",
    ),
    CheckCase(
        "Onde mora Joana?",
        "Joana mora em Braga.",
        "Joana trabalha no Porto. Ela mora em Braga com a irmã.",
        "borne out",
    ),
    CheckCase(
        "Quando abriu o museu?",
        "O museu abriu em 1990.",
        "O museu abriu em 1950 e fechou em 1990.",
        "not",
    ),
    CheckCase(
        "Quando fechou o museu?",
        "O museu fechou em 1990.",
        "O museu abriu em 1950 e fechou em 1990.",
        "borne out",
    ),
    CheckCase(
        "Quanto pesa o gato?",
        "O gato pesa 12 quilos.",
        "O cão pesa 12 quilos e o gato pesa 5 quilos.",
        "not",
    ),
    CheckCase(
        "Qual é o ramal de Tom Weller?",
        "O ramal de Tom Weller é 2102.",
        "Radiologia | Ann Moser | 2101\nRadiologia | Tom Weller | 2102",
        "borne out",
        "Equipe",
        "/files/equipe.xlsx",
        ("Equipe", "Setor | Funcionário | Ramal"),
    ),
    CheckCase(
        "Qual é o ramal de Ann Moser?",
        "O ramal de Ann Moser é 2102.",
        "Radiologia | Ann Moser | 2101\nRadiologia | Tom Weller | 2102",
        "not",
        "Equipe",
        "/files/equipe.xlsx",
        ("Equipe", "Setor | Funcionário | Ramal"),
    ),
    CheckCase(
        "What is the bonus of Ada Bell?",
        "The bonus of Ada Bell is 500.",
        "Ada Bell | 500 | 70\nTom Rice | 600 | 80",
        "not",
        "Pay",
        "/files/pay.xlsx",
        ("Pay", "Name | Salary | Bonus"),
    ),
    CheckCase(
        "What is the price of KX-4021?",
        "The price of KX-4021 is 16.25 EUR.",
        "KX-4020 | Hinge, brass | 12.00\nKX-4021 | Hinge, steel | 16.25",
        "borne out",
        "Price list",
        "/files/pricelist.pdf",
        ("Article | Description | Price EUR",),
    ),
    CheckCase(
        "¿Cuánto gana Lucía?",
        "Lucía gana 900 euros.",
        "Marta gana 900 euros y Lucía gana 1100 euros.",
        "not",
    ),
    CheckCase(
        "¿Quién vendió la casa?",
        "Ruiz vendió la casa a Ortega.",
        "Ortega vendió la casa a Ruiz.",
        "not",
    ),
)

NUMBERS = (
    CheckCase(
        "What share of the seats is free?",
        "A quarter of the seats are free.",
        "Three quarters of the seats are free.",
        "not",
    ),
    CheckCase(
        "What share of the seats is free?",
        "3/4 of the seats are free.",
        "Three quarters of the seats are free.",
        "borne out",
    ),
    CheckCase(
        "How much sugar goes into the dough?",
        "The dough needs 12 cups of sugar stirred into the butter.",
        "For the dough, stir ½ cup of sugar into the butter.",
        "not",
    ),
    CheckCase(
        "How thick is the washer for pump P7?",
        "The washer is 2125 mm thick.",
        "The washer for pump P7 is 2.125 mm thick. The tolerance is ±0.05 mm.",
        "not",
    ),
    CheckCase(
        "How thick is the washer for pump P7?",
        "The washer is 2.125 mm thick.",
        "The washer for pump P7 is 2.125 mm thick. The tolerance is ±0.05 mm.",
        "borne out",
    ),
    CheckCase(
        "How large is the area of the plate?",
        "The area of the plate is 102 mm.",
        "The area of the plate is 10² mm.",
        "not",
    ),
    CheckCase(
        "How large is the area of the plate?",
        "The area of the plate is 100 mm.",
        "The area of the plate is 10² mm.",
        "borne out",
    ),
    CheckCase(
        "How much butter?",
        "The dough needs 1/2 cup of butter.",
        "The dough needs ½ cup of butter.",
        "borne out",
    ),
    CheckCase(
        "What is the rate of the Starter loan?",
        "The rate of the Starter loan is 7.5 percent.",
        "The rate of the Starter loan is 7.5 %.",
        "borne out",
    ),
    CheckCase(
        "What is the rate of the Starter loan?",
        "The rate of the Starter loan is 75%.",
        "The rate of the Starter loan is 7.5 %.",
        "not",
    ),
    CheckCase(
        "How long is the notice?",
        "The period of notice is 3 months.",
        "The period of notice is three months.",
        "borne out",
    ),
    CheckCase(
        "How long is the notice?",
        "The period of notice is three weeks.",
        "The period of notice is three months.",
        "not",
    ),
    CheckCase(
        "What does the boat cost?",
        "The boat costs $900.",
        "The boat costs €900.",
        "not",
    ),
    CheckCase(
        "How many crowns?",
        "The prize is 12500 crowns.",
        "The prize is 12,500 crowns.",
        "borne out",
    ),
    CheckCase(
        "How old must a member be?",
        "A member must be at most 16 years old.",
        "A member must be at least 16 years old.",
        "contradicted",
    ),
    CheckCase(
        "When was the invoice paid?",
        "The invoice was paid on 5 March 2026.",
        "The invoice was paid on 2026-03-05.",
        "borne out",
    ),
    CheckCase(
        "When was the invoice paid?",
        "The invoice was paid on 5 March 2026.",
        "The invoice was paid on 05/03/2026.",
        "not",
    ),
    CheckCase(
        "How much was paid?",
        "The fare was 3500 riyals.",
        "The fare was ٣٥٠٠ riyals.",
        "borne out",
    ),
    CheckCase(
        "Quanto é a renda?",
        "The answer is 900 euros.",
        "A renda é de 900 euros por mês.",
        "borne out",
    ),
    CheckCase(
        "Quanto é a renda?",
        "A renda é de 90 euros por mês.",
        "A renda é de 900 euros por mês.",
        "not",
    ),
    CheckCase(
        "Quanto foi pago?",
        "A fatura foi de 1250 reais.",
        "A fatura foi de R$ 1.250,00.",
        "borne out",
    ),
    CheckCase(
        "Quando foi paga a fatura?",
        "A fatura foi paga em 5 de março de 2026.",
        "A fatura foi paga em 05/03/2026.",
        "borne out",
    ),
    CheckCase(
        "Quando foi paga a fatura?",
        "A fatura foi paga em 3 de maio de 2026.",
        "A fatura foi paga em 05/03/2026.",
        "not",
    ),
    CheckCase(
        "Qual é o prazo de aviso?",
        "O prazo de aviso é de três meses.",
        "O prazo de aviso é de 3 meses.",
        "borne out",
    ),
    CheckCase(
        "Qual é o prazo de aviso?",
        "O prazo de aviso é de trinta e um dias.",
        "O prazo de aviso é de 30 dias.",
        "not",
    ),
    CheckCase(
        "Qual é a espessura da arruela?",
        "A arruela tem 2125 mm de espessura.",
        "A arruela tem 2.125 mm de espessura.",
        "not",
    ),
    CheckCase(
        "Quantos habitantes tem a vila?",
        "A vila tem 12500 habitantes.",
        "A vila tem 12.500 habitantes.",
        "borne out",
    ),
    CheckCase(
        "A que horas abre?",
        "A loja abre às 14h30.",
        "A loja abre às 14:30.",
        "borne out",
    ),
    CheckCase(
        "Qual é a taxa?",
        "A taxa é de 7,5 por cento.",
        "A taxa é de 7,5%.",
        "borne out",
    ),
    CheckCase(
        "Quantos litros cabem no tanque?",
        "No tanque cabem no mínimo 40 litros.",
        "No tanque cabem no máximo 40 litros.",
        "contradicted",
    ),
    CheckCase(
        "¿Cuánto dura el curso?",
        "El curso dura veinticinco días.",
        "El curso dura 25 días.",
        "borne out",
    ),
    CheckCase(
        "¿Cuánto cuesta?",
        "La entrada cuesta dos mil quinientos pesos.",
        "La entrada cuesta 2.600 pesos.",
        "not",
    ),
)

VERBATIM = (
    CheckCase(
        "Where is the key?",
        "The spare key of the mill is with Annabel Stone.",
        "The spare key of the mill is with Annabel Stone. The pump runs at night.",
        "verbatim",
    ),
    CheckCase(
        "What happened to the tower?",
        "the tower was PAINTED in May!",
        "The roof was mended, and the tower was painted in May.",
        "verbatim",
    ),
    CheckCase(
        "Where is the key?",
        "The spare key of the mill is with Annabel.",
        "The spare key of the mill is with Annabel Stone.",
        "borne out",
    ),
)

ASKED_AGAIN = tuple(
    CheckCase(question, answer, passage, right)
    for question, answer, passage, right in (
        (
            "E quando ele deve avisar?",
            "E quando ele deve avisar.",
            "O inquilino deve avisar com trinta dias de antecedência.",
            "not",
        ),
        (
            "Quando o inquilino deve avisar?",
            "O inquilino deve avisar.",
            "O inquilino deve avisar com trinta dias de antecedência.",
            "not",
        ),
        ("Quem pintou o farol?", "Quem pintou o farol.", "Marta pintou o farol.", "not"),
        (
            "Em quanto tempo a caução é devolvida?",
            "A caução é devolvida em quanto tempo.",
            "A caução é devolvida em 18 dias.",
            "not",
        ),
        (
            "Who services the boiler?",
            "Who services the boiler.",
            "A fitter services the boiler.",
            "not",
        ),
        (
            "How much does the service cost?",
            "How much the service costs.",
            "The service costs 140 euros.",
            "not",
        ),
        ("What does error E0451 mean?", "What error E0451 means.", "E0451 means low tide.", "not"),
        (
            "How many members voted?",
            "And how many members voted.",
            "Seven members voted on it.",
            "not",
        ),
        (
            "Why is the shop closed?",
            "The shop is closed.",
            "The shop is closed because of the flood.",
            "not",
        ),
        (
            "¿Cuándo debe avisar el inquilino?",
            "Cuándo debe avisar el inquilino.",
            "El inquilino debe avisar treinta días antes.",
            "not",
        ),
        # What only asks whether is answered in its own words, and a little word may be the answer.
        ("Is the boiler old?", "The boiler is old.", "The boiler is old and loud.", "borne out"),
        (
            "O inquilino deve avisar?",
            "O inquilino deve avisar.",
            "O inquilino deve avisar antes de sair.",
            "borne out",
        ),
        (
            "What did the cook and the baker buy?",
            "The cook and the baker did buy a boat.",
            "The cook and the baker buy a boat.",
            "borne out",
        ),
        ("Who may enter?", "Nobody may enter.", "Nobody may enter the vault.", "borne out"),
        ("Who may enter?", "Everyone may enter.", "Everyone may enter the garden.", "borne out"),
        (
            "Quanto custa a entrega?",
            "A entrega custa 5 euros.",
            "A entrega custa 5 euros.",
            "verbatim",
        ),
    )
)

SPECIMENS = {
    "asked again": ASKED_AGAIN,
    "polarity": POLARITY,
    "attribution": ATTRIBUTION,
    "numbers": NUMBERS,
    "verbatim": VERBATIM,
}
