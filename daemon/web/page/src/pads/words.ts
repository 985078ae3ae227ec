import { wordsOf } from "../views/words";

export const padWords = wordsOf({
  en: {
    title: "Pads", close: "Close the pads", tempo: "Tempo", key: "Key", own: "own", record: "Record", armed: "Waits for the first pad", recordingNow: "Stop and keep", saving: "Making the clip…",
    stopAll: "Stop all", volume: "Level of the pads", midi: "MIDI", midiOn: "{names} plays the pads.", noMidi: "No MIDI input is there: connect a controller, and press this again.", cannotMidi: "This browser has no Web MIDI: Chromium, Edge and Firefox have it.",
    midiRefused: "The browser was not allowed to use MIDI: allow it in the address bar, and press this again.",
    scene: "Scene {row}", stopColumn: "Stop column {column}", empty: "Empty pad, row {row}, column {column}: Enter chooses a clip", pad: "{title}, row {row}, column {column}", plays: "plays", comes: "comes on the next bar", ends: "ends on the next bar", loading: "It is still being fitted to the tempo and key; a moment.",
    noInstrument: "Notes without an instrument: render them first (More > Render).", full: "All 64 pads are taken; take one off with Delete.", laid: "On the pads: row {row}, column {column}.", emptyScene: "Row {row} has no clip that can be heard yet.",
    recordingLost: "The recording was dropped: tempo or key changed while it ran.", nothingPlayed: "Nothing sounded in these bars, so there is no clip.", recorded: "{bars} bars are in the crate: {name}.",
    open: "Open {name}", choose: "A clip for this pad", search: "Search words, names, tags", none: "No clip is like that.", take: "Take it off", keys: "Arrows move · Enter plays · 1–8 scenes · A–K the row's columns · R records · Del takes off · Alt+arrows move a clip · Esc stops",
    hint: "Drag clips here from the library, press Enter on an empty pad, or A on a clip in the library. All play in one tempo and key, from the next bar.", kit: "Kit", closeKit: "Close the kit", kitKeys: "Keys 1–4, Q–R, A–F and Z–V play it, and so does MIDI from note 36.", noKit: "No one-shots are in this collection.",
  },
  de: {
    title: "Pads", close: "Pads schließen", tempo: "Tempo", key: "Tonart", own: "eigene", record: "Aufnehmen", armed: "Wartet auf das erste Pad", recordingNow: "Beenden und behalten", saving: "Der Clip entsteht…",
    stopAll: "Alles anhalten", volume: "Pegel der Pads", midi: "MIDI", midiOn: "{names} spielt die Pads.", noMidi: "Kein MIDI-Eingang ist da: Controller anschließen und noch einmal drücken.", cannotMidi: "Dieser Browser hat kein Web MIDI: Chromium, Edge und Firefox haben es.",
    midiRefused: "Der Browser durfte MIDI nicht benutzen: in der Adresszeile erlauben und noch einmal drücken.",
    scene: "Szene {row}", stopColumn: "Spalte {column} anhalten", empty: "Leeres Pad, Zeile {row}, Spalte {column}: Enter wählt einen Clip", pad: "{title}, Zeile {row}, Spalte {column}", plays: "spielt", comes: "kommt mit dem nächsten Takt", ends: "endet mit dem nächsten Takt", loading: "Wird noch an Tempo und Tonart angepasst; einen Moment.",
    noInstrument: "Noten ohne Instrument: erst rendern (Mehr > Render).", full: "Alle 64 Pads sind belegt; Entf nimmt einen Clip herunter.", laid: "Auf den Pads: Zeile {row}, Spalte {column}.", emptyScene: "Zeile {row} hat noch keinen hörbaren Clip.",
    recordingLost: "Die Aufnahme wurde verworfen: Tempo oder Tonart änderten sich währenddessen.", nothingPlayed: "In diesen Takten klang nichts, also gibt es keinen Clip.", recorded: "{bars} Takte sind in der Kiste: {name}.",
    open: "{name} öffnen", choose: "Ein Clip für dieses Pad", search: "Wörter, Namen, Tags suchen", none: "Kein Clip ist so.", take: "Herunternehmen", keys: "Pfeile bewegen · Enter spielt · 1–8 Szenen · A–K Spalten der Zeile · R nimmt auf · Entf nimmt herunter · Alt+Pfeile verschieben · Esc hält an",
    hint: "Clips aus der Bibliothek hierher ziehen, Enter auf einem leeren Pad, oder A auf einem Clip der Bibliothek. Alle spielen in einem Tempo und einer Tonart, ab dem nächsten Takt.", kit: "Kit", closeKit: "Kit schließen", kitKeys: "Die Tasten 1–4, Q–R, A–F und Z–V spielen es, ebenso MIDI ab Note 36.", noKit: "In dieser Sammlung sind keine One-Shots.",
  },
  es: {
    title: "Pads", close: "Cerrar los pads", tempo: "Tempo", key: "Tonalidad", own: "la suya", record: "Grabar", armed: "Espera el primer pad", recordingNow: "Parar y guardar", saving: "Haciendo el clip…",
    stopAll: "Parar todo", volume: "Nivel de los pads", midi: "MIDI", midiOn: "{names} toca los pads.", noMidi: "No hay entrada MIDI: conecta un controlador y pulsa otra vez.", cannotMidi: "Este navegador no tiene Web MIDI: Chromium, Edge y Firefox lo tienen.",
    midiRefused: "El navegador no pudo usar MIDI: permítelo en la barra de direcciones y pulsa otra vez.",
    scene: "Escena {row}", stopColumn: "Parar la columna {column}", empty: "Pad vacío, fila {row}, columna {column}: Intro elige un clip", pad: "{title}, fila {row}, columna {column}", plays: "suena", comes: "entra en el próximo compás", ends: "termina en el próximo compás", loading: "Aún se ajusta al tempo y la tonalidad; un momento.",
    noInstrument: "Notas sin instrumento: primero rendéralas (Más > Render).", full: "Los 64 pads están ocupados; Supr quita un clip.", laid: "En los pads: fila {row}, columna {column}.", emptyScene: "La fila {row} aún no tiene un clip que suene.",
    recordingLost: "La grabación se descartó: el tempo o la tonalidad cambió mientras corría.", nothingPlayed: "Nada sonó en estos compases, así que no hay clip.", recorded: "{bars} compases están en la caja: {name}.",
    open: "Abrir {name}", choose: "Un clip para este pad", search: "Buscar palabras, nombres, etiquetas", none: "Ningún clip es así.", take: "Quitarlo", keys: "Flechas mueven · Intro toca · 1–8 escenas · A–K columnas de la fila · R graba · Supr quita · Alt+flechas mueven un clip · Esc para",
    hint: "Arrastra clips de la biblioteca aquí, pulsa Intro en un pad vacío, o A en un clip de la biblioteca. Todos suenan en un tempo y una tonalidad, desde el próximo compás.", kit: "Kit", closeKit: "Cerrar el kit", kitKeys: "Las teclas 1–4, Q–R, A–F y Z–V lo tocan, y también MIDI desde la nota 36.", noKit: "En esta colección no hay one-shots.",
  },
});
