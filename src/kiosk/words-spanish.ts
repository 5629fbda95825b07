import { pluralsIn } from "./plurals.ts";
import type { LanguageWords } from "./words.ts";

const plural = pluralsIn("es");

export const SPANISH: LanguageWords = {
  attractTitle: "Enseña tu tarjeta",
  attractHint: ["Ponla bajo el lector, aquí debajo.", "También funciona con el móvil."],
  typeNumber: "Escribir el número",
  offline: "Pasa tu tarjeta como siempre. Añadimos tu visita un poco después.",
  terms: (brand) =>
    `Con tu tarjeta ${brand} aceptas que anotemos tus visitas. Nunca nada sobre pagos.`,
  languages: "Idioma",
  tools: "Más fácil",
  textSize: "Letra",
  contrast: "Contraste",
  reach: "Alcance",
  keypadTitle: "Escribe el número de tu tarjeta",
  keypadHint: (length) => `${length} cifras, bajo las rayas de tu tarjeta`,
  keypadMistyped: "Alguna cifra no es como en tu tarjeta. Compáralas, por favor.",
  keypadNotOurs: "No parece un número nuestro. Compáralo con tu tarjeta, por favor.",
  digitsTyped: (typed, length) => `${typed} de ${length} cifras`,
  moreDigits: (missing) => plural(missing, { one: "Falta # cifra", other: "Faltan # cifras" }),
  checkNumber: "Compara las cifras",
  confirm: "Es mi tarjeta",
  cancel: "Cancelar",
  clear: "Borrar",
  erase: "Borrar la última cifra",
  thanks: "Gracias",
  noted: (time, card) =>
    time === undefined
      ? `Anotado para la tarjeta ${card}`
      : `Anotado a las ${time} para la tarjeta ${card}`,
  questionLabel: "Una pregunta para hoy",
  skip: "Saltar",
  finish: "Terminar",
  done: "Listo",
  closingTitle: "Gracias, hasta pronto",
  closingLead: "Tu tarjeta funciona como siempre. Disfruta de tu visita.",
  notedList: "Anotado hoy",
  notedVisit: (time) => (time === undefined ? "Tu visita" : `Tu visita, a las ${time}`),
  duplicateTitle: "Tu visita de hoy ya está anotada",
  duplicateText: (time) =>
    time === undefined
      ? "Hemos leído esta tarjeta hace un momento. Con una vez basta."
      : `Hemos leído esta tarjeta a las ${time}. Con una vez basta.`,
  refusals: {
    "not-ours": {
      title: "Esta tarjeta no es nuestra",
      text: () => "No hemos guardado nada. La tuya es la de las rayas.",
    },
    "payment-card": {
      title: "Es una tarjeta de pago",
      text: (brand) => `No hemos guardado nada, ni siquiera el número. Enseña tu tarjeta ${brand}.`,
    },
    "bad-check-digit": {
      title: "No se ha leído bien",
      text: () => "Enseña tu tarjeta otra vez, más despacio. O escribe su número.",
    },
    "swipe-again": {
      title: "Pásala otra vez, por favor",
      text: () => "Pasa la banda por el lector de una vez, ni deprisa ni despacio.",
    },
    unreadable: {
      title: "No hemos podido leerla",
      text: () => "Deja la tarjeta quieta bajo el lector. Si es el móvil, sube el brillo.",
    },
    "too-many": {
      title: "Un momento, por favor",
      text: () => "Aquí se han leído muchas tarjetas seguidas. Enseña la tuya dentro de un minuto.",
    },
  },
  showCardOr: "Ponla bajo el lector, o",
  outOfService: {
    full: {
      title: "Hacemos una pausa",
      text: "Ahora no podemos anotar visitas en esta pantalla. Tu tarjeta funciona en caja como siempre.",
      staff: "Para el personal: no queda espacio. Revisad la red; seguirá por sí solo.",
    },
    unavailable: {
      title: "Hacemos una pausa",
      text: "Ahora no podemos anotar visitas en esta pantalla. Tu tarjeta funciona en caja como siempre.",
      staff:
        "Para el personal: el navegador no puede guardar nada. Reiniciad el kiosco si sigue así.",
    },
    closed: {
      title: "Hacemos una pausa",
      text: "Ahora no podemos anotar visitas en esta pantalla. Tu tarjeta funciona en caja como siempre.",
      staff:
        "Para el personal: este kiosco está fuera de servicio. Reactivadlo en la zona de personal.",
    },
  },
  card: (masked) => `Tarjeta ${masked}`,
  help: {
    tool: "Ayuda",
    get: "Pedir ayuda",
    states: {
      calling: {
        title: "Un momento",
        text: "Estamos avisando al personal de que necesitas ayuda.",
      },
      told: {
        title: "Hemos avisado al personal",
        text: "Saben en qué pantalla estás. Espera aquí un momento, por favor.",
      },
      coming: {
        title: "Ya viene alguien",
        text: "Enseguida están contigo. Quédate aquí, por favor.",
      },
      unreached: {
        title: "Pregunta en la caja, por favor",
        text: "Desde aquí no podemos llamar a nadie ahora mismo. En la caja te ayudan.",
      },
      unanswered: {
        title: "Pregunta en la caja, por favor",
        text: "Ahora mismo todos están ocupados. En la caja te ayudan.",
      },
    },
    goOn: "Seguir mientras tanto",
    noMore: "Ya no necesito ayuda",
    allRight: "De acuerdo",
  },
};
