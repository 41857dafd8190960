"""Given names and their pet names, and the short forms of a few words: which are written for each other."""

from __future__ import annotations

# Each line: a name and what its bearers are called. From general knowledge of English, German, Spanish and Slavic use.
_PET_NAMES = """
    abigail abby abbie
    albert al bert
    alejandro alex ale
    aleksander aleksandra alex sasha olek ola
    alexander alex xander sandy sasha
    alexandra alex sandra sasha lexi
    alfred fred alf
    andrew andy drew
    angela angie
    anthony tony
    antonio tony toni
    arthur art
    barbara barb babs basia
    benjamin ben benji
    bernard bernie
    bradley brad
    caroline carol carrie
    catherine cathy cat kate katie
    charles charlie chuck
    christian chris
    christina chris tina
    christine chris chrissy
    christopher chris topher kit
    cynthia cindy
    daniel dan danny
    david dave davey
    deborah deb debbie
    dennis denny
    dmitry dima mitya
    donald don donny
    dorothy dot dottie
    douglas doug
    edward ed eddie ted ned
    edwin ed
    eleanor ellie nell
    elizabeth liz beth betty eliza lizzie betsy lisa
    emily em emmy
    ernest ernie
    eugene gene
    evgeny zhenya
    francis frank fran
    francisco paco pancho frank
    franklin frank
    frederick fred freddy
    gabriel gabe
    gabriella gabby
    geoffrey geoff
    gerald gerry jerry
    gregory greg
    guillermo memo
    harold harry hal
    heinrich heinz
    henry harry hank
    ignacio nacho
    irina ira
    isabella bella izzy
    jacob jake
    jacqueline jackie
    james jim jimmy jamie
    janet jan
    jeffrey jeff
    jennifer jen jenny
    jeremy jerry
    jessica jess jessie
    jesus chuy
    johannes hans johann
    john jack johnny jon
    jonathan jon johnny nathan
    jose pepe
    joseph joe joey
    joshua josh
    judith judy
    juergen jorgen
    katarzyna kasia
    katherine kathy kate katie kat
    kathleen kathy kate
    kenneth ken kenny
    kimberly kim
    lawrence larry
    leonard leo len lenny
    leslie les
    lillian lily
    louis lou louie
    lucas luke luc
    malgorzata gosia
    manuel manny manolo
    marek mark
    margaret maggie meg peggy marge
    maria mary masha marysia
    martin marty
    matthew matt
    matthias matt
    maximilian max
    melissa mel
    michael mike mick mikey misha
    michelle shelly
    mikhail misha mike
    miroslav mirek
    mohammad mohammed muhammad mohamed mohamad md mo
    natalie nat
    natalia natasha
    nathaniel nate nathan
    nicholas nick nicky nico
    nikolai kolya nick
    olga olya
    oliver ollie
    pamela pam
    patricia pat patty trish
    patrick pat paddy
    pavel pasha paul
    peter pete
    philip phil
    rafael rafa
    raymond ray
    rebecca becky becca
    richard rick dick rich ricky
    robert bob rob bobby robbie bert
    roberto beto
    rodney rod
    roger rog
    ronald ron ronny
    russell russ
    samantha sam
    samuel sam sammy
    sandra sandy
    sergey sergei serge seryozha
    sebastian seb
    sophia sophie sofia
    stanley stan
    stanislaw stan staszek
    stefan steve
    stephanie steph
    stephen steve steven stevie
    susan sue susie suzy
    suzanne sue suzy
    svetlana sveta lana
    tatiana tanya
    terrence terry
    theodore ted theo teddy
    theresa terry tess
    thomas tom tommy
    timothy tim timmy
    tomasz tom tomek
    valerie val
    victor vic
    victoria vicky tori
    vincent vince
    virginia ginny
    vladimir vlad vova volodya
    walter walt wally
    wilhelm willi
    william bill will billy willy liam
    yekaterina katya
    zachary zach zack
"""

# Each line: a word of what people do, and how it is also written: the same word to anybody.
_SHORT_FORMS = """
    university univ uni universitat universite universidad universita
    saint st
    group grp
    center centre ctr
    cognition cognitive cog
    behavior behaviour behavioral behavioural behav
    economics econ
    sciences sci
    services svcs
    laboratory lab labs
    department dept
    institute inst
    international intl
    association assoc
    research res
    business biz
    management mgmt
    marketing mktg mkt
    development dev
    engineering engr
    technology tech
    technologies tech
    psychology psych psy
    company co
    corporation corp
    brothers bros
"""


def _each_other(table: str) -> dict[str, tuple[str, ...]]:
    meant: dict[str, set[str]] = {}
    for line in table.translate(str.maketrans("i", "l")).splitlines():
        whole, *short = line.split() or [""]
        for pet in short:
            meant.setdefault(pet, set()).add(whole)
            meant.setdefault(whole, set()).add(pet)
    return {word: tuple(sorted(others)) for word, others in meant.items()}


# Given names within two letters of each other that are not written for each other. From general knowledge.
_TWO_PEOPLE = """
    alan alana elena alina allan ellen helen
    alice alicia elise elisa
    ana ann anna anne anya hana hanna ina
    andre andrea andrei andreas andres
    angelo angela
    carl carla karl carlo carlos clara cara
    christian christina
    claude claudia claudio
    dan den don ben ken jen dean
    daniel daniela danielle
    dana diana dina dora
    emil emily emilia emilio
    eva ava ada ida iva
    francis frances
    frank franka
    gabriel gabriela
    george georgia
    harry barry larry garry jerry terry perry kerry
    jan jana jane janet janice jean joan joana john johan
    jim tim kim tom
    joe joy jon jo
    julia julian juliana julie julio julius june
    karen karin karina katrin marin
    laura lara lora lauren laurie
    lena lina lisa luisa luis luise louis louise
    marco marcos marcus mark marla marta martha martin martina marvin
    marina mariya
    mara mari maria marie marina mario marion marisa mary
    michael michaela michel michelle mikael
    mina mira nina nora tina gina dina lina rina
    olga olaf
    patrick patricia
    paul paula paulo pauline
    robert roberta roberto
    rob ron rod roy ray
    rosa rose ross rosie
    sam pam
    sandra sandro
    simon simone
    stefan stefania stefanie
    tara tania tanya sonya
    victor victoria
    wei mei lei fei
    yan yang yong ying
"""


def _two_people(table: str) -> dict[str, frozenset[str]]:
    others: dict[str, frozenset[str]] = {}
    for line in table.splitlines():
        for name in line.split():
            others[name] = others.get(name, frozenset()) | set(line.split()) - {name}
    return others


_PETS, _FORMS = _each_other(_PET_NAMES), _each_other(_SHORT_FORMS)
_OTHER_PEOPLE = _two_people(_TWO_PEOPLE)


def are_two_people(word: str, other: str) -> bool:
    """Whether two words as they are written are given names of which none is a slip of the other."""
    return other in _OTHER_PEOPLE.get(word, ())


def is_given(word: str) -> bool:
    """Whether a word as it is written is a given name that is known here."""
    return word in _OTHER_PEOPLE or word.replace("i", "l") in _PETS


def other_names(word: str) -> tuple[str, ...]:
    """What a spelt word is also written as: "bob" for "robert", "robert" for "bob"."""
    return _PETS.get(word) or _FORMS.get(word, ())


def is_short_form(word: str, other: str) -> bool:
    """Whether two spelt words are one word of what people do: "lab" and "laboratory", "univ" and "university"."""
    return other in _FORMS.get(word, ())
