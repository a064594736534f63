"""
What gives a language away: letters, common words, endings. Data for ``text.language``; no logic.

Written from the grammars of the languages, not counted from any corpus. A word stands under every
language that has it, so that ``не`` speaks for Russian, Ukrainian and Bulgarian alike and decides
nothing between them. Other languages are there to be distinguished from ours, never to be named.
"""

from __future__ import annotations

from typing import Final

__all__ = [
    "CYRILLIC_ENDINGS",
    "CYRILLIC_LETTERS",
    "CYRILLIC_RARE",
    "CYRILLIC_WORDS",
    "LATIN_ENDINGS",
    "LATIN_LETTERS",
    "LATIN_RARE",
    "LATIN_WORDS",
]

# Letter, or letters in a row -> languages that write it; all others of its script are voted
# against. ``xx`` stands for the languages that are known by such a letter alone (Tajik, Chuvash,
# Bashkir, Serbian, Altai, ...).
CYRILLIC_LETTERS: Final[dict[str, str]] = {
    "ұ": "kk",
    "қ": "kk uz xx",
    "ғ": "kk uz xx",
    "ә": "kk tt xx",
    "ң": "kk tt ky xx",
    "ө": "kk tt ky mn xx",
    "ү": "kk tt ky mn xx",
    "һ": "kk tt xx",
    "і": "kk uk be xx",
    "и": "kk ru uk bg tt ky uz mn xx",
    "ы": "kk ru be tt ky mn xx",
    "э": "kk ru be tt ky uz mn xx",
    "ё": "kk ru be tt ky uz mn xx",
    "ь": "kk ru uk be tt ky uz mn xx",
    "ъ": "kk ru bg tt ky uz mn xx",
    "щ": "kk ru uk bg tt ky",
    "ў": "be uz xx",
    "ї": "uk",
    "є": "uk",
    "ґ": "uk",
    "җ": "tt xx",
    "ҳ": "uz xx",
    "аа": "ky mn xx",
    "өө": "ky mn xx",
    "үү": "ky mn xx",
    "ээ": "ky mn xx",
    # Bulgarian's ъ is a vowel; Russian's stands before е, ё, ю, я alone.
    "ът": "bg",
    "ър": "bg",
    "ъл": "bg",
    "ън": "bg",
    "ъс": "bg",
    "ъв": "bg",
    "ъм": "bg",
    "ъг": "bg",
    "ъд": "bg",
    "ъж": "bg",
    "ъщ": "bg",
} | dict.fromkeys("ҷӣӯҫҙҡҥӱӗӑӳӧјђљњћџѓќѕӏҕҩӡ", "xx")

# Letter, or letters in a row -> languages that have them in borrowed words and names alone.
CYRILLIC_RARE: Final[dict[str, str]] = {
    "в": "kk ky tt",
    "ф": "kk ky tt uz mn",
    "ц": "kk ky tt uz",
    "ч": "kk",
    "э": "kk uz",
    "ь": "kk ky tt uz bg",
    "ё": "kk ky tt",
    "щ": "kk ky tt",
    "ъ": "kk ky tt mn",
    "х": "kk ky",
    "ж": "tt uz",
    "дж": "ru uk be",
    "зд": "kk ky tt uz mn",
    "ст": "ky tt uz mn",
    "пр": "kk ky tt uz mn",
    "тр": "kk ky tt uz mn",
    "сл": "kk ky tt uz mn",
    "вл": "kk ky tt uz mn",
}

CYRILLIC_WORDS: Final[dict[str, str]] = {
    "kk": "және мен пен бен үшін туралы бойынша бір бұл сол осы ол оның деп деген екен емес бар "
    "жоқ кейін дейін жаңа "
    "қазақстан болып болды болады жыл жылы үлкен ең өз өте арқылы сондай адам туралы қалай неге "
    "көп барлық қатысты "
    "кезінде арасында астана алматы сот ел елде әлі тағы яғни бірақ себебі қаласында облысында "
    "берді жатыр тұр "
    "керек мүмкін бола оны оған олар біз сіз мың миллион теңге президент үкімет министрлік немесе "
    "ғана басты "
    "алды айтты түрлі",
    "ru": "и в во на с со не что как по из за от для о об это но к у же то а бы был была было "
    "были его ее её их он она "
    "они мы вы я ты все всё так уже или если когда после до при под над без между через где кто "
    "чем году года лет "
    "более также том которые который которая может можно нужно только еще ещё тоже этого этом "
    "этот эта эти мне меня "
    "нет да ли из-за сообщили сообщил сообщает казахстан казахстане новый новая новые новое стали "
    "стал будет будут "
    "человек рублей тысяч тенге области лучше почему сколько зачем очень себя свой свою она вас "
    "нас ему им "
    "даже чтобы тем там тут здесь теперь потом два две три ни",
    "uk": "і й та в у на з із зі не що як по за від для про це але до ж то а би був була було "
    "були його її їх він вона "
    "вони ми ви я ти все всі так вже або якщо коли після при під над без між через де хто чим "
    "року років також "
    "який яка які яке може можна тільки ще цього цьому цей ця ці мені мене немає є нема чи буде "
    "будуть тисяч "
    "області україни україні дуже себе свій свою вас нас йому їм навіть щоб тим там тут тепер "
    "потім два дві три ні",
    "be": "і й у ў на з са не што як па за ад для пра гэта але да ж то а бы быў была было былі "
    "яго яе іх ён яна яны мы "
    "вы я ты усе ўсё так ужо або калі пасля пры пад над без паміж праз дзе хто чым годзе года "
    "гадоў таксама які "
    "якая якія можа можна трэба толькі яшчэ гэты гэтага мне мяне няма ці будзе будуць вельмі сябе "
    "свой сваю вас "
    "нас яму ім нават каб тым там тут цяпер потым два дзве тры ні",
    "bg": "и в във на с със не че как по от за до о това но към при се си да е са ще бе беше бях "
    "го я ги му "
    "им той тя те "
    "ние вие аз ти всички така вече или ако когато след под над без между през къде кой която "
    "които което може "
    "само още този тази тези мен ме няма има ли бил била било били година години също което много "
    "повече като "
    "защото дори там тук сега после два две три нито има един една едно",
    "tt": "һәм белән өчен бу ул шул ничек дип дигән түгел бар юк соң кадәр яңа булды була булган "
    "ел елда иң үз бик аша "
    "кеше тагын ләкин чөнки алар без сез мең турында буенча бер татарстан республикасы һәр кирәк "
    "мөмкин аның",
    "ky": "жана менен үчүн бул ошол кантип деп деген эмес бар жок кийин чейин жаңы болду болот "
    "болгон жыл "
    "жылы эң өз абдан "
    "аркылуу адам дагы бирок себеби алар биз сиз миң тууралуу боюнча бир кыргызстан кыргыз керек "
    "мүмкүн анын эле ар",
    "uz": "ва билан учун бу у шу қандай деб деган эмас бор йўқ кейин янги бўлди бўлган бўлиб йил "
    "йилда энг ўз "
    "жуда орқали "
    "одам яна лекин чунки улар биз сиз минг ҳақида бўйича бир ўзбекистон керак мумкин унинг ҳам "
    "ҳар томонидан",
    "mn": "нь ба болон энэ тэр юм бол байна байсан байгаа гэж гэсэн биш шинэ жил онд их өөр тэд "
    "бид та мянга тухай нэг "
    "монгол хүн хэрэгтэй түүний ч хэд дээр хийх дараа улс гэдэг манай таны минь бас байв биз "
    "болох хэн юу энд",
    "xx": "аз дар ба ки ва ин бо барои он аст шуд менән өсөн булып ул һәм дә дә ҡала пӗр тата је "
    "да се на у "
    "са за од које "
    "није су што као ова било во ќе кои што ги го за од ове сам ако или али",
}

CYRILLIC_ENDINGS: Final[dict[str, str]] = {
    "kk": "ның нің дың дің тың тің нан нен дағы дегі тағы тегі ған ген қан кен атын етін йтын "
    "йтін ады еді "
    "йды йді ылды "
    "ілді інде ында ына іне ымен імен ылған ілген рдың рдің лық лік дық дік лы лі ды ді ты ті сы "
    "сі пен мен лар лер "
    "дар дер тар тер шы ші ушы уші ау еу уы уі рып ріп",
    "ru": "ого его ому ему ами ями ется ются ится атся ться тся ение ения ении ание ания ании "
    "ость ости ский ская ские "
    "ских ской ый ий ая яя ое ее ые ие ых их ой ей ов ев ах ях ть ли ла ло ил ал ел ыл ит ет ут "
    "ют ат ят ишь ешь "
    "ция ции ую юю ом ем ам ям ты ны мы ки ка ку ке на ы ею ию ье",
    "uk": "ого ому ами ями ється ються иться яться ення ання ість ості ський ська ські ських ької "
    "ий ій ая ої ою ею ів "
    "їв ах ях ти ли ла ло ив ав ів ить уть ють ать ція ції ую ом ем ам ям ки ка ку ні на ці ня нь "
    "ння",
    "be": "ага яга аму яму амі ямі ецца юцца ыцца аецца енне анне асць асці скі ская скія скіх "
    "скай ы ай ей "
    "аў яў ах ях "
    "ць лі ла ло іў аў еў іць уць юць аць цыя цыі ую ом ам ям кі ка ку ння ння ых іх нне дзе цы",
    "bg": "ата ята ото ето ите ът ят та то те ия ие ание ения ение ство ски ска ско ките ните "
    "ност ва ше ха "
    "ли ла ло ил "
    "ал ел ат ят ки ка на ни но ия ях ция ции ен на",
    "tt": "ның нең дан дән тан тән дагы дәге ган гән кан кән ачак әчәк ды де ты те лар ләр нар "
    "нәр лык лек да "
    "дә та тә сы "
    "се ына енә ында ендә ып еп рга ргә",
    "ky": "нын нин дын дин тын тин нун нүн дун дүн дан ден тан тен догу дөгү дагы деги ган ген "
    "кан кен гон "
    "гөн ат ет от "
    "өт ды ди ту тү лар лер лор лөр дар дер тар тер дор дөр лык лик луу лүү уу үү оо өө ында инде "
    "ып ип",
    "uz": "нинг дан га ган ди ти лар да ги даги лик лиги чи ши иш моқда ади ларни ларга ларнинг "
    "ини ига ида идан иб",
    "mn": "ын ийн ны ний ийг ыг аас ээс оос өөс аар ээр оор өөр тай тэй той сан сэн сон сөн ав эв "
    "лаа лээ лоо "
    "лөө даг дэг "
    "дог дөг даа дээ н нд д ж ч аа ээ оо өө уул үүл",
    "xx": "ҳои ҳо ро анд ам кунад шуд ыр ир",
}

LATIN_LETTERS: Final[dict[str, str]] = {
    "ǵ": "kk",
    "ń": "kk xx",
    "ý": "kk xx",
    "ū": "kk xx",
    "ñ": "kk xx",
    "ğ": "kk tr az xx",
    "ş": "kk tr az xx",
    "ı": "kk tr az xx",
    "ä": "kk xx",
    "á": "kk xx",
    "ó": "kk xx",
    "ú": "kk xx",
    "ö": "kk tr az xx",
    "ü": "kk tr az xx",
    "ç": "tr az xx",
    "ə": "az",
    "ʻ": "uz",
    "ʼ": "uz",
    "q": "kk az uz en xx",
    "w": "en xx",
    "x": "en az uz xx",
    "qa": "kk az uz",
    "qy": "kk",
    "jy": "kk",
    "ly": "kk en",
    "th": "en xx",
    "ie": "en xx",
} | dict.fromkeys("éèêëàâîïôœæøåßõãíìòùûčšžřďťňěůąęłśźżćőűâțăđ", "xx")

# As for Cyrillic. Kazakh writes ``ai`` and ``aı`` where Turkish has ``ay``.
LATIN_RARE: Final[dict[str, str]] = {
    "c": "kk",
    "v": "kk",
    "f": "kk",
    "h": "kk",
    "ay": "kk",
    "ey": "kk",
    "oy": "kk",
    "iy": "kk",
    "uy": "kk",
    "yı": "kk",
    "ya": "kk",
    "ye": "kk",
    "yo": "kk",
    "yü": "kk",
    "rt": "kk",
    "sh": "tr az xx",
    "tt": "kk",
    "ou": "kk tr az uz",
    "io": "kk tr az uz",
    "ea": "kk tr az uz",
    "ee": "kk tr az uz",
    "ck": "kk tr az uz",
}

LATIN_WORDS: Final[dict[str, str]] = {
    "kk": "jäne jáne jane men pen ben üşin úshin ushin üshin turaly týraly boiynşa boıynsha "
    "boiynsha bir bır bul osy "
    "sol ol onyñ onyń onyn dep degen eken emes bar joq keiin keıin deiin deıin jaña jańa jana "
    "qazaqstan "
    "qazaq bolyp boldy bolady jyl jyly eñ eń öz óz öte óte arqyly adam köp kóp barlyq ğana ǵana "
    "biraq "
    "kerek mümkin múmkin el til tili üiretetın qalasynda oblysynda qala",
    "en": "the of and to in for on with at by from as is are was were be been has have had will "
    "would can "
    "could not no it "
    "its this that these those an a he she they we you his her their our who what when where why "
    "how after before "
    "over under more than into out up down new says said first year years about against between "
    "during all "
    "or but if i my me your him them do does did just so",
    "tr": "ve bir bu için ile de da olarak olan daha çok gibi kadar sonra en ne var yok ancak ama "
    "ki değil her o ya "
    "nasıl türkiye göre yeni oldu etti ise mi mı",
    "az": "və bir bu üçün ilə də da olan daha çox kimi qədər sonra ən nə var yox amma ki deyil "
    "hər o azərbaycan görə "
    "yeni oldu etdi isə bakı edib olub olaraq",
    "uz": "va bir bu uchun bilan ham deb eng emas bor yoq keyin yangi yil u shu lekin ular biz "
    "siz haqida boʻyicha "
    "ozbekiston oʻzbekiston boldi boʻldi boʻlgan kerak mumkin uning",
    "xx": "der die das und ist nicht mit von ein eine zu den dem auf für im sich le la les des et "
    "est une un du en que "
    "qui dans pour sur pas au el los las y una es por con para del se no il di che e per non con "
    "una sono da i "
    "o os as um uma não em no na de do dos het een van is op te dat w z się nie jest na i o bilen "
    "hem üçin ýa biri "
    "we bu bolan",
}

LATIN_ENDINGS: Final[dict[str, str]] = {
    "kk": "nyñ nıñ nyń niń dyñ dıñ dyń diń tyñ tıñ tyń tiń nyn dyn ğan gen qan ǵan atyn etın etin "
    "ady edi edı ydy dy "
    "dağy dağı dagy daǵy degı degi ynda ınde inde yna ına lyq lyk lık lik ymen lar ler dar der "
    "tar ter men pen şy shy "
    "sy ty ly",
    "en": "ing ed tion tions ly ment ness ers er ies ity ous ive able ble al ary ght th ck ss es "
    "ow ee "
    "ay ts ns ds ks rs",
    "tr": "nın nin nun nün dan den tan ten lar ler lık lik yor dır dir mış miş acak ecek ası esi "
    "ında inde na ne da de "
    "dı di tı ti arak erek",
    "az": "nın nin nun nün dan dən lar lər lıq lik ır ir mış miş acaq əcək ası əsi ında ində na "
    "nə da də dı di arı əri "
    "sının",
    "uz": "ning dan lar lik gan di moqda adi da ga ni ish ligi",
    "xx": "ung lich keit isch en ique eux aux ción ando zione mente ção ções ieść owy ego",
}
