import type { LabWords } from "./words-lab.ts";

export const LAB_FRENCH: LabWords = {
  tab: "Lecteur",
  verdicts: {
    waiting: "Montrez un code au lecteur",
    well: "Ce lecteur lit bien",
    noted: "Il lit, et pourrait mieux faire",
    "no-card": "Il lit, mais ce n’est pas une carte",
    "not-read": "Cela n’a pas été lu",
  },
  waitingHint: "Une carte ou un code d’essai. Rien n’en est gardé ici.",
  notes: {
    slow: "Il tape presque trop lentement : calibrez-le.",
    "long-gap": "Une pause a été longue, encore sûre.",
    "other-keyboard":
      "Son clavier est d’un autre pays que celui de la machine. Les cartes sont lues quand même.",
    "no-suffix":
      "Il ne finit pas par Entrée, chaque réponse attend le silence. Activez le suffixe.",
    "no-kind": "Il ne dit pas le type de code. Activez les identifiants AIM si possible.",
  },
  refusals: {
    "payment-card": "C’est une carte de paiement. Rien n’en est montré ni gardé.",
    "not-ours": "Aucune règle de carte ne prend ce code.",
    "swipe-again": "La piste n’a pas été lue. Passez-la encore une fois.",
    "bad-check-digit": "Un chiffre est faux : mal lu, ou pas notre carte.",
    "bad-visitor-id": "Le numéro ne peut pas servir d’identifiant.",
  },
  rejections: {
    "held-key": "Une touche est restée enfoncée. Quelque chose pèse-t-il sur un clavier ?",
    "one-key": "Toujours le même caractère : une touche coincée.",
    "too-slow": "Il tape aussi lentement qu’une personne : calibrez-le.",
    "too-short": "Seule une partie d’un code est arrivée. Ne bougez pas ; regardez le câble.",
    "too-long": "Cela a duré trop longtemps : calibrez-le.",
    damaged: "Ce que dit le lecteur ne suit aucune règle. Regardez son mode.",
    apart: "Ses touches arrivent trop espacées pour une lecture : calibrez-le.",
  },
  gaps: "Millisecondes entre les touches",
  limit: (ms) => `Plus longue pause qui est lue : ${ms}`,
  facts: {
    reader: "Lecteur",
    kind: "Type de code",
    rule: "Règle de carte",
    pace: "Rythme",
    ends: "Finit par",
    keyboard: "Clavier",
    learnt: "Calibré",
  },
  sources: {
    wedge: "tape comme un clavier",
    hid: "USB HID",
    serial: "série",
    camera: "caméra",
    keypad: "pavé à l’écran",
  },
  kindNotTold: "non dit",
  testCode: "un code d’essai",
  noRule: "aucune",
  badCheckDigit: (rule) => `${rule}, clé de contrôle fausse`,
  pace: (keys, average, longest) => `${keys} touches, ${average} en moyenne, ${longest} au plus`,
  took: (characters, ms) => `${characters} caractères en ${ms}`,
  endless: "rien",
  keyboards: {
    same: "comme celui de la machine",
    "put-right": "d’un autre pays, corrigé",
    other: "d’un autre pays",
  },
  notLearnt: "non : lu comme d’habitude",
  perKey: (ms) => `${ms} par touche`,
  around: (texts) => `ajoute ${texts}`,
  calibrate: "Calibrer",
  stop: "Arrêter de calibrer",
  forget: "Oublier le calibrage",
  showCode: (times) => (times === 1 ? "Encore une fois" : `Montrez le code, ${times} fois`),
  showCodeHint:
    "Celui de calibrage, parmi les codes d’essai, à une seconde d’intervalle. Les touches ne font rien d’autre pendant ce temps.",
  calibrationTroubles: {
    "other-text": {
      title: "Ce n’était pas le code de calibrage",
      text: "Montrez le code de calibrage, et lui seul. Le reste est déjà oublié.",
    },
    unlike: {
      title: "Il est arrivé différent chaque fois",
      text: "Montrez trois fois le même des deux codes, sans régler le lecteur entre-temps.",
    },
  },
  learnt: "Calibré",
  layouts: {
    same: "Il est lu ainsi désormais, après un redémarrage aussi. Essayez une carte.",
    other:
      "Il est lu ainsi désormais. Son clavier est d’un autre pays : les cartes sont lues, les liens peut-être pas.",
  },
  unkept: "Cela n’a pas pu être enregistré : valable jusqu’au prochain démarrage.",
  codes: "Codes d’essai",
  codesHint:
    "Imprimez-les ou photographiez-les. Pour ce labo seulement : l’écran des clients les prend pour cette carte.",
  codeFor: { calibration: "Calibrage", check: "Carte de contrôle" },
  noCode: {
    stripe: "est une piste magnétique : prenez une carte.",
    typed: "est tapé, jamais scanné.",
    kind: "est un type de code qui n’est pas dessiné ici : prenez une carte.",
  },
  print: "Imprimer",
  closeCodes: "Revenir au labo",
  otherReaders: "Lecteurs qui ne sont pas des claviers",
  grantHint: "Le navigateur demande lequel. Une règle peut le faire pour vous.",
  grant: { hid: "Choisir un lecteur USB HID", serial: "Choisir un lecteur série" },
  grants: {
    granted: "Il est lu désormais. Essayez une carte.",
    none: "Aucun n’a été choisi.",
    forbidden: "Le navigateur ne demande pas ici : sa règle l’interdit.",
  },
};
