import { pluralsIn } from "./plurals.ts";
import type { LanguageWords } from "./words.ts";

const plural = pluralsIn("fr");

export const FRENCH: LanguageWords = {
  attractTitle: "Montrez-nous votre carte",
  attractHint: ["Tenez-la sous le lecteur, juste en bas.", "Le téléphone convient aussi."],
  typeNumber: "Saisir le numéro",
  offline: "Passez votre carte comme d’habitude. Nous ajoutons votre visite un peu plus tard.",
  terms: (brand) =>
    `Avec votre carte ${brand}, vous acceptez que nous notions vos visites. Jamais rien sur vos paiements.`,
  languages: "Langue",
  tools: "Plus facile",
  textSize: "Texte",
  contrast: "Contraste",
  reach: "Plus bas",
  keypadTitle: "Saisissez votre numéro de carte",
  keypadHint: (length) => `${length} chiffres, sous les rayures de votre carte`,
  keypadMistyped: "Un chiffre diffère de votre carte. Comparez-les, s’il vous plaît.",
  keypadNotOurs: "Ce numéro ne ressemble pas aux nôtres. Comparez-le avec votre carte.",
  digitsTyped: (typed, length) => `${typed} chiffres sur ${length}`,
  moreDigits: (missing) => plural(missing, { one: "Encore # chiffre", other: "Encore # chiffres" }),
  checkNumber: "Comparez les chiffres",
  confirm: "C’est ma carte",
  cancel: "Annuler",
  clear: "Vider",
  erase: "Effacer le dernier chiffre",
  thanks: "Merci",
  noted: (time, card) =>
    time === undefined ? `Noté pour la carte ${card}` : `Noté à ${time} pour la carte ${card}`,
  questionLabel: "Une question aujourd’hui",
  skip: "Passer",
  finish: "Terminer",
  done: "Terminé",
  closingTitle: "Merci, à bientôt",
  closingLead: "Votre carte fonctionne comme toujours. Bonne visite.",
  notedList: "Noté aujourd’hui",
  notedVisit: (time) => (time === undefined ? "Votre visite" : `Votre visite, à ${time}`),
  duplicateTitle: "Votre visite est déjà notée",
  duplicateText: (time) =>
    time === undefined
      ? "Nous venons de lire cette carte. Une fois suffit."
      : `Nous avons lu cette carte à ${time}. Une fois suffit.`,
  refusals: {
    "not-ours": {
      title: "Cette carte n’est pas à nous",
      text: () => "Nous n’en avons rien gardé. La vôtre est celle avec les rayures.",
    },
    "payment-card": {
      title: "C’est une carte de paiement",
      text: (brand) =>
        `Nous n’en avons rien gardé, pas même le numéro. Montrez votre carte ${brand}.`,
    },
    "bad-check-digit": {
      title: "La lecture n’est pas bonne",
      text: () => "Montrez votre carte encore une fois, plus lentement. Ou saisissez son numéro.",
    },
    "swipe-again": {
      title: "Passez-la encore une fois",
      text: () => "Faites glisser la piste dans le lecteur d’un seul geste, ni vite ni lentement.",
    },
    unreadable: {
      title: "Nous n’avons pas pu lire",
      text: () =>
        "Tenez la carte immobile sous le lecteur. Sur un téléphone, augmentez la luminosité.",
    },
    "too-many": {
      title: "Un instant, s’il vous plaît",
      text: () => "Beaucoup de cartes viennent d’être lues ici. Montrez la vôtre dans une minute.",
    },
  },
  showCardOr: "Montrez-la sous le lecteur, ou",
  outOfService: {
    full: {
      title: "Nous faisons une pause",
      text: "Pour le moment, cet écran ne peut pas noter de visites. Votre carte fonctionne en caisse comme toujours.",
      staff: "Pour l’équipe : l’espace est plein. Vérifiez le réseau ; tout reprend de soi-même.",
    },
    unavailable: {
      title: "Nous faisons une pause",
      text: "Pour le moment, cet écran ne peut pas noter de visites. Votre carte fonctionne en caisse comme toujours.",
      staff: "Pour l’équipe : le navigateur ne peut rien garder. Redémarrez la borne si cela dure.",
    },
    closed: {
      title: "Nous faisons une pause",
      text: "Pour le moment, cet écran ne peut pas noter de visites. Votre carte fonctionne en caisse comme toujours.",
      staff:
        "Pour l’équipe : cette borne est hors service. Remettez-la en service dans l’espace équipe.",
    },
  },
  card: (masked) => `Carte ${masked}`,
  help: {
    tool: "Aide",
    get: "Demander de l’aide",
    states: {
      calling: {
        title: "Un instant",
        text: "Nous prévenons le personnel que vous avez besoin d’aide.",
      },
      told: {
        title: "Le personnel est prévenu",
        text: "Il sait à quel écran vous êtes. Attendez ici un instant, s’il vous plaît.",
      },
      coming: {
        title: "Quelqu’un arrive",
        text: "On est à vous dans un instant. Restez ici, s’il vous plaît.",
      },
      unreached: {
        title: "Demandez à la caisse, s’il vous plaît",
        text: "D’ici, nous ne pouvons appeler personne pour le moment. À la caisse, on vous aidera.",
      },
      unanswered: {
        title: "Demandez à la caisse, s’il vous plaît",
        text: "Tout le monde est occupé pour le moment. À la caisse, on vous aidera.",
      },
    },
    goOn: "Continuer en attendant",
    noMore: "Je n’ai plus besoin d’aide",
    allRight: "D’accord",
  },
};
