import { wordsOf } from "../views/words";

export const batchWords = wordsOf({
  en: {
    title: "Sort {count} clips", making: "{ready} of {count} are ready", done: "Done", close: "Back to the library", left: "{kept} to keep, {binned} for the bin, {open} undecided",
    keys: "Arrows move · Space plays · K keeps · X bins · 1–5 stars · U undecided · Enter opens · D done", grid: "Clips of this request", kept: "keep", binned: "bin",
    sorting: "Keeping and binning…", result: "{kept} kept, {binned} in your system's bin, {open} left as they were.", fault: "{done} of {all} were done. {why}", collect: "Collect the kept ones", name: "a collection", collected: "{count} clips are in {name}.",
    nothing: "This request made no clip yet.", what: "What was kept", none: "Nothing was kept.", again: "Sort on",
  },
  de: {
    title: "{count} Clips sortieren", making: "{ready} von {count} sind fertig", done: "Fertig", close: "Zurück zur Bibliothek", left: "{kept} behalten, {binned} für den Papierkorb, {open} offen",
    keys: "Pfeile bewegen · Leertaste spielt · K behält · X wirft weg · 1–5 Sterne · U offen · Enter öffnet · D fertig", grid: "Clips dieser Anfrage", kept: "behalten", binned: "Papierkorb",
    sorting: "Behalten und wegwerfen…", result: "{kept} behalten, {binned} im Papierkorb des Systems, {open} blieben, wie sie waren.", fault: "{done} von {all} sind getan. {why}", collect: "Die behaltenen sammeln", name: "eine Sammlung", collected: "{count} Clips sind in {name}.",
    nothing: "Diese Anfrage hat noch keinen Clip gemacht.", what: "Was behalten wurde", none: "Nichts wurde behalten.", again: "Weiter sortieren",
  },
  es: {
    title: "Ordenar {count} clips", making: "{ready} de {count} están listos", done: "Hecho", close: "Volver a la biblioteca", left: "{kept} para guardar, {binned} para la papelera, {open} sin decidir",
    keys: "Flechas mueven · Espacio toca · K guarda · X tira · 1–5 estrellas · U sin decidir · Intro abre · D hecho", grid: "Clips de esta petición", kept: "guardar", binned: "papelera",
    sorting: "Guardando y tirando…", result: "{kept} guardados, {binned} en la papelera del sistema, {open} quedaron como estaban.", fault: "{done} de {all} hechos. {why}", collect: "Reunir los guardados", name: "una colección", collected: "{count} clips están en {name}.",
    nothing: "Esta petición aún no hizo ningún clip.", what: "Lo que se guardó", none: "No se guardó nada.", again: "Seguir ordenando",
  },
});
