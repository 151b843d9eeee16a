/** What a word can mean in a sentence that is meant for a model; one bit each. */
export const mean = {
  override: 1,
  target: 1 << 1,
  weakTarget: 1 << 2,
  earlier: 1 << 3,
  all: 1 << 4,
  your: 1 << 5,
  speaker: 1 << 6,
  system: 1 << 7,
  reveal: 1 << 8,
  secret: 1 << 9,
  ai: 1 << 10,
  role: 1 << 11,
  free: 1 << 12,
  send: 1 << 13,
  data: 1 << 14,
  tell: 1 << 15,
  not: 1 << 16,
  user: 1 << 17,
  instead: 1 << 18,
  fresh: 1 << 19,
  obey: 1 << 20,
  reported: 1 << 21,
  reply: 1 << 22,
  only: 1 << 23,
  tool: 1 << 24,
  reads: 1 << 25,
  others: 1 << 26,
  must: 1 << 27,
  mode: 1 << 28,
  about: 1 << 29,
  you: 1 << 30,
} as const
export type Meaning = keyof typeof mean

/** English, German, French, Spanish, Italian, Portuguese, Dutch, Russian; without accents, `*` for whatever ending. */
const words: Readonly<Record<Meaning, string>> = {
  override: `ignore disregard forget override overrule bypass discard neglect skip drop abandon dismiss supersede overwrite erase circumvent
    ignoring disregarding forgetting disable deactivate unlearn nullify void invalidate suspend revoke
    ignorier* vergiss vergesst vergessen missachte* ubergehe ubergeh verwirf verwerfe* umgehe
    ignorez ignorer oublie oubliez oublier abandonne* neglige* contourne* outrepasse*
    ignora ignorad ignore* olvida olvide olvidad olvidate olvidese descarta descarte omite omita desobedece anula salta
    ignorate dimentica dimenticate dimenticati trascura scavalca scarta
    esqueca esquece esquecam desconsidere desconsidera descarte desobedeca
    negeer negeert vergeet omzeil laat
    игнорируй* проигнорируй* игнорировать забудь* забыть отбрось* отмени* пренебреги* обойди* откажись`,
  target: `instruction instructions prompt prompts directive directives programming directions
    anweisung anweisungen anweisungs* instruktion* vorgabe vorgaben systemprompt eingabeaufforderung systemanweisung* systemnachricht
    consigne consignes directives invite
    instruccion instrucciones indicaciones directivas directrices
    istruzione istruzioni direttiva direttive indicazioni
    instrucao instrucoes diretriz diretrizes comando comandos
    instructie instructies opdracht opdrachten aanwijzing aanwijzingen systeemprompt systeemopdracht
    инструкци* указани* промпт* директив* предписани*`,
  weakTarget: `rule rules guideline guidelines command commands order orders constraint constraints restriction restrictions policy policies
    guardrail guardrails limitation limitations safeguards protocols filters training context persona setup configuration brief briefing
    regel regeln richtlinie richtlinien befehl befehle auflagen beschrankungen einschrankungen kontext vorschriften
    regle regles ordre ordres contrainte contraintes commandes contexte restrictions
    regla reglas orden ordenes restriccion restricciones contexto normas
    regola regole comandi ordini restrizioni vincoli contesto
    regra regras ordem ordens restricoes limitacoes
    regels richtlijn richtlijnen bevel bevelen beperkingen
    правил* команд* ограничени* приказ* контекст* настройк*`,
  earlier: `previous prior above earlier preceding foregoing before existing current former past previously aforementioned so far initial original
    vorherig* vorig* bisherig* obig* oben fruher* vorangehend* vorangegangen* vorhin zuvor ursprunglich* vorstehend*
    precedent precedente precedents precedentes anterieur* avant dessus prealables initiale initiales
    anterior anteriores previa previas previo previos arriba antes recibidas iniciales
    precedenti sopra prima ricevute iniziali
    anteriormente acima previas iniciais recebidas
    vorige voorgaande eerdere bovenstaande eerder hierboven
    предыдущ* прежн* ранее выше вышеуказанн* вышестоящ* прошл* предшествующ*`,
  all: `all every any everything anything entire whatever each
    alle alles samtliche jede jegliche allem tout toute toutes tous todo toda todas todos tutte tutti tutto tutta tudo alle alles
    все всё всех все* любые`,
  your: `your yours dein deine deinen deiner deines deinem ihre ihren ihrer votre vos ton tes tu tus su sus tuo tuoi tua tue vostre seu seus sua suas
    jouw uw je твои твой твоих ваши ваших свои своих свой`,
  speaker: `my our mine his her their mein meine meinen meiner unsere unseren mon mes notre nos mi mis nuestra nuestras nuestro mio miei mia mie
    nostro nostre meu meus minha minhas nosso nossas mijn onze ons мои моих мой наши наших his`,
  system: `system developer hidden internal initial original secret underlying base core preloaded confidential
    systems versteckt* geheim* interne* verborgen* systeme cache cachees caches confidentiel* interne* sistema oculta* ocultas interna* internas
    nascoste nascosto nascosta segrete systeem verborgen interne geheime системн* скрыт* внутренн* секретн* исходн* начальн*`,
  reveal: `reveal show print repeat output display disclose leak expose dump recite divulge reproduce list share paste verbatim echo
    tell give write return state summarize summarise translate encode spell quote copy describe provide
    zeig* verrate nenne gib wiederhol* druck* offenbare ausgeben enthulle schreib*
    montre* revele* affiche* repete* imprime* donne* devoile* ecris
    muestra* revela* imprime* repite repita dime escribe ensena*
    mostra* rivela* stampa ripeti dimmi scrivi elenca
    mostre revele repita exiba diga escreva liste
    toon onthul herhaal geef druk schrijf vertel
    покажи* раскрой* выведи* повтори* напечатай* перечисли* скажи* сообщи* выдай*`,
  secret: `password passwords secret secrets credential credentials apikey apikeys token tokens keys passphrase passcode confidential
    passwort passworter geheimnis* zugangsdaten schlussel secrets motdepasse identifiants contrasena contrasenas credenciales claves clave secretos
    credenziali segreti chiavi senha senhas segredos chaves credenciais wachtwoord wachtwoorden geheimen sleutel* парол* секрет* ключ* токен*`,
  ai: `ai assistant assistants llm llms chatbot chatbots chatgpt bot bots model models gpt agent agents copilot ki assistent assistenten sprachmodell* ia
    assistante modele modelo modelos asistente asistentes agente assistente assistenti modello taalmodel ии ассистент* модел* бот нейросет*`,
  role: `act pretend roleplay simulate imagine behave become impersonate play respond
    spiele verhalte stell tue simuliere agis comporte pretends imagine simule joue actua compórtate finge simula imagina haz agisci fingi comportati
    immagina aja atue finja simule imagine doe gedraag speel stel притворись представь веди действуй играй`,
  free: `unrestricted unfiltered uncensored unbound unlimited jailbreak jailbroken limitless amoral unethical evil uninhibited anything
    restrictions limitations limits filters censorship ethics ethical moral morals guardrails rules guidelines boundaries safety policies constraints
    uneingeschrankt* unzensiert* beschrankung* einschrankung* filter grenzen regeln zensur ethik
    restriction limites filtre filtres censure regles ethique restricciones limites filtros censura reglas etica sinrestricciones
    restrizioni limiti filtri censura regole restricoes filtros regras beperkingen grenzen censuur regels
    ограничени* фильтр* цензур* правил* границ*`,
  send: `send post forward upload email mail transmit exfiltrate append attach submit report insert embed include encode deliver
    sende senden schicke leite poste envoie envoyer transmets ajoute envia enviar reenvia manda adjunta invia inoltra allega envie encaminhe
    stuur verstuur voeg отправь* перешли* пошли* добавь*`,
  data: `conversation history chat messages message emails email inbox data files file context contents content documents contacts details information
    response answer query question cookies session account records database customer prompt transcript
    gesprach* verlauf nachrichten daten dateien unterhaltung kontakte conversation historique donnees fichiers messages
    conversacion historial datos archivos mensajes conversazione cronologia dati file messaggi conversa historico dados arquivos mensagens
    gesprek geschiedenis gegevens bestanden berichten разговор* истори* данны* файл* переписк* сообщени*`,
  tell: `mention tell inform alert notify disclose warn reveal acknowledge say talk speak admit explain refer discuss informing telling mentioning notifying alerting asking saying
    erwahne* sage sag informiere* verrate mentionne* dis informe* previens parle menciones mencione digas informes reveles
    menzionare dire informare mencione conte diga informe vermeld zeg vertel упоминай* говори* сообщай* рассказывай*`,
  not: `not never don dont no without stop cease neither refuse avoid nor longer doesn cannot
    nicht nie niemals kein keine keinen ohne ne pas jamais sans aucune aucun no nunca sin ninguna jamas non mai senza nessuna
    nao nunca sem nenhuma niet nooit geen zonder не никогда без никаких`,
  user: `user users human humans anyone anybody customer nobody them reader people operator person
    nutzer* benutzer* anwender* utilisateur* usuario* utente utenti gebruiker* пользовател* никому`,
  instead: `instead rather stattdessen place anstelle lugar vez invece vece plaats daarvoor вместо взамен`,
  fresh: `new updated revised real actual true neue neuen neuer neues nouvelle nouvelles nouveau nouveaux nueva nuevas nuevo nuevos nuova nuove
    nuovo nuovi nova novas novo novos nieuwe новы* новая новое`,
  obey: `follow obey comply adhere respect bound listen restricted limited governed consider heed apply observe attention
    befolge befolgen folge halte beachte beachten berucksichtige gebunden suis suivre suivez respecte respecter respectez obeis
    sigas seguir siga obedezcas obedecer obedezca respetes cumplas
    seguire segui rispettare obbedire siga obedeca respeite cumpra volg volgen gehoorzaam следуй* слушай* соблюдай* обращай* подчиняйся`,
  reported: `says said saying write writes written wrote type types typing typed phrase phrases sentence word words string like called calls containing
    contains asks asking asked told reads means mean example examples e.g such tries trying attempts attempted attempt tricking trick tricks
    as quote quoted quotes detects detect contain include includes including term
    sagt schreibt schreiben satz heisst bedeutet beispiel wie ecrit dit phrase exemple comme dice escribe frase ejemplo como scrive esempio come
    exemplo zegt schrijft zin voorbeeld zoals пишет фраз* пример* говорит`,
  reply: `respond reply answer output say write print return produce generate state claim
    antworte sage gib schreibe reponds dis ecris responde di escribe rispondi scrivi responda diga antwoord zeg ответь* отвечай* скажи* пиши* напиши*`,
  only: `only exactly just solely exclusively nur genau ausschliesslich seulement uniquement exactement solo solamente unicamente exactamente
    soltanto esattamente apenas somente alleen enkel только исключительно ровно`,
  tool: `tool tools function functions plugin plugins command commands shell terminal bash api curl script
    werkzeug werkzeuge funktion outil outils fonction herramienta herramientas funcion strumento strumenti funzione ferramenta funcao
    hulpmiddel functie инструмент* функци*`,
  reads: `reading reads read processing processes process summarizing summarising summarizes summarize summarise summarises parsing analyzing analysing
    analyze reviewing review evaluating evaluate seeing handling scraping indexing crawling browsing ingesting assessing screening translating
    liest lesen lesende lesenden verarbeit* zusammenfass* lit lisant lisez traite traitant lee leyendo leas procesa procesando legge leggendo elabora
    lendo le processando leest lezen verwerkt читает* читаешь* обрабатыва*`,
  others: `i we he she they who people attackers attacker hackers someone students employees drivers kids children it users
    ich wir er sie man jemand je nous il elle ils on yo nosotros ellos io noi loro eu nos eles ik wij zij ze я мы он она они`,
  must: `must should shall has mussen please now need required will immediately required have ordered instructed kindly
    musst sollst bitte jetzt sofort dois devez maintenant debes debe ahora devi deve ora adesso agora deve moet nu должен должна сейчас пожалуйста теперь`,
  mode: `mode modus modo modalita режим*`,
  about: `about regarding concerning on for in from of zu zum zur uber fur im von auf sur pour dans sobre para en del acerca per nel sulla
    sobre da do na no over voor op об для на из`,
  you: `you te sie ihr tu vous usted ustedes voce voces voi lei jij je u ты вы yourself thou ye ya u`,
}

/** Too common or too short to be told out of a text without spaces. */
const shortestInRow = 3

interface Entry {
  readonly stem: string
  readonly bits: number
}

const exact = new Map<string, number>()
const stems = new Map<string, Entry[]>()

for (const [name, list] of Object.entries(words) as [Meaning, string][]) {
  for (const word of list.split(/\s+/)) {
    if (word === '') continue
    if (!word.endsWith('*')) {
      exact.set(word, (exact.get(word) ?? 0) | mean[name])
      continue
    }
    const stem = word.slice(0, -1)
    const key = stem.slice(0, 3)
    stems.set(key, [...(stems.get(key) ?? []), { stem, bits: mean[name] }])
  }
}

/** What a word means, in small letters and without accents; 0 for most. */
export function meaningOf(word: string): number {
  let bits = exact.get(word) ?? 0
  const near = stems.get(word.slice(0, 3))
  if (near) for (const { stem, bits: more } of near) if (word.startsWith(stem)) bits |= more
  return bits
}

const longestWord = 18
const fillers = new Set(['the', 'to', 'me', 'and', 'of', 'are', 'that', 'with', 'given', 'were', 'is', 'this', 'out'])

/** The words of a row of letters without spaces, longest first: `ignoreallpreviousrules`; null when they are not known ones. */
export function splitRow(row: string): readonly string[] | null {
  const found: string[] = []
  let known = 0
  let at = 0
  while (at < row.length) {
    let taken = 0
    for (let length = Math.min(longestWord, row.length - at); length >= 2; length -= 1) {
      const word = row.slice(at, at + length)
      if (fillers.has(word) || (length >= shortestInRow && exact.has(word))) {
        taken = length
        break
      }
    }
    if (taken === 0) {
      at += 1
      continue
    }
    found.push(row.slice(at, at + taken))
    known += taken
    at += taken
  }
  return found.length >= 3 && known >= row.length * 0.8 ? found : null
}
