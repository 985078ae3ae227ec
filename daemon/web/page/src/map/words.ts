import { wordsOf } from "../views/words";

export const mapWords = wordsOf({
  en: {
    label: "Map of {count} clips, near what sounds alike. Arrows go to the nearest in that direction, Space plays, Enter opens, X selects.", laying: "Laying out what sounds alike…", hover: "hear by pointing", colour: "Colour", kind: "kind", part: "part",
    without: "{count} without a place: notes alone, silent, or not measured yet.", none: "No clip of this search has a sound yet.", lassoed: "{count} clips in the lasso", clear: "Clear the lasso", hint: "Point to hear, click to open, drag a lasso around clips to select them; the wheel or + and − zoom, Shift drags the map.", whole: "Whole map", mixed: "mixed", other: "other",
  },
  de: {
    label: "Landkarte von {count} Clips, nahe liegt, was ähnlich klingt. Pfeile gehen zum nächsten in dieser Richtung, Leertaste spielt, Enter öffnet, X wählt aus.", laying: "Was ähnlich klingt, wird zusammengelegt…", hover: "beim Zeigen hören", colour: "Farbe", kind: "Art", part: "Stimme",
    without: "{count} ohne Platz: nur Noten, still oder noch nicht gemessen.", none: "Kein Clip dieser Suche hat schon einen Klang.", lassoed: "{count} Clips im Lasso", clear: "Lasso lösen", hint: "Zeigen zum Hören, Klicken zum Öffnen, ein Lasso um Clips ziehen wählt sie aus; das Rad oder + und − zoomen, mit Umschalt zieht man die Karte.", whole: "Ganze Karte", mixed: "gemischt", other: "andere",
  },
  es: {
    label: "Mapa de {count} clips, cerca lo que suena parecido. Las flechas van al más cercano en esa dirección, Espacio toca, Intro abre, X selecciona.", laying: "Colocando lo que suena parecido…", hover: "oír al señalar", colour: "Color", kind: "tipo", part: "parte",
    without: "{count} sin lugar: solo notas, en silencio o aún sin medir.", none: "Ningún clip de esta búsqueda tiene sonido todavía.", lassoed: "{count} clips en el lazo", clear: "Soltar el lazo", hint: "Señala para oír, pulsa para abrir, arrastra un lazo alrededor de los clips para seleccionarlos; la rueda o + y − acercan, con Mayús se mueve el mapa.", whole: "Mapa entero", mixed: "mezcla", other: "otras",
  },
});
