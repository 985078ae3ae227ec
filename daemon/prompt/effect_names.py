"""The names of sound effects in seven languages, with their usual lengths. Data only."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class EffectName:
    """An effect's lengths in seconds, and its names.

    Below `low_s` it is not itself any more; above `high_s` it only repeats.
    """

    usual_s: float
    low_s: float
    high_s: float
    names: str


#: Effect -> usual, shortest and longest length, and names. `*` ends a word anyhow.
#: English first, then German, Spanish, French, Portuguese, Italian, Japanese.
EFFECTS: dict[str, EffectName] = {
    "impact": EffectName(
        4.0, 0.8, 12.0,
        "impact*, cinematic hit, trailer hit, epic hit, big hit, film hit, crash hit, hit impact, "
        "einschlag, aufprall, impacto, impacte, impatto, インパクト, 衝撃",
    ),
    "boom": EffectName(
        4.0, 0.8, 12.0, "boom*, sub boom, bass boom, deep boom, rumble hit, dröhnen, ブーム",
    ),
    "explosion": EffectName(
        4.0, 1.0, 12.0,
        "explosion*, explod*, blast, bomb, bombs, detonation, grenade, dynamite, blow up, "
        "bombe, explosión, bomba, explosão, esplosione, 爆発, 爆弾",
    ),
    "gunshot": EffectName(
        2.0, 0.3, 8.0,
        "gun*, gun shot*, shot gun, pistol, rifle, shotgun, bullet, cannon, schuss, schüsse, "
        "pistole, disparo, tiro, coup de feu, sparo, 銃声",
    ),
    "thud": EffectName(
        1.0, 0.3, 4.0,
        "thud*, thump*, body fall, heavy drop, dropping a box, dumpfer schlag, golpe sordo, "
        "bruit sourd, baque, tonfo, ドスン",
    ),
    "punch": EffectName(
        0.6, 0.2, 3.0,
        "punch*, kick in the face, fist, slap, smack, faustschlag, ohrfeige, puñetazo, bofetada, "
        "coup de poing, gifle, soco, pugno, パンチ",
    ),
    "slam": EffectName(
        1.5, 0.4, 5.0,
        "slam*, door slam*, slamming door, door, doors, door clos*, closing door, gate, car door, "
        "tür, türknallen, tür zuschlagen, portazo, puerta, porte, claquement de porte, porta, "
        "porta sbattuta, ドア",
    ),
    "knock": EffectName(
        1.5, 0.3, 8.0,
        "knock*, door knock*, knock* on the door, knock* on door, knock* on a door, "
        "knock* at the door, "
        "klopfen, an der tür klopfen, toc toc, golpes en la puerta, toquer, bater na porta, "
        "bussare, ノック",
    ),
    "creak": EffectName(
        2.5, 0.6, 10.0,
        "creak*, door creak*, creaky door, creaking door, squeak*, rusty hinge, haunted door, "
        "knarren, quietschen, knarrende tür, chirrido, crujido, grincement, rangido, cigolio, きしみ",
    ),
    "sliding door": EffectName(
        2.0, 0.8, 6.0,
        "sliding door, spaceship door, space ship door, sci fi door, scifi door, airlock, "
        "space door, automatic door, lift door, elevator door, raumschifftür, schiebetür, "
        "puerta automática, porte coulissante, porta automática, porta scorrevole, 自動ドア",
    ),
    "glass": EffectName(
        2.0, 0.5, 6.0,
        "glass break*, breaking glass, broken glass, glass shatter*, shattering glass, shatter*, "
        "glass smash*, glass, window break*, bottle break*, smash*, "
        "glas, glas zerbricht, zerbrechendes glas, glasbruch, cristal roto, vidrio roto, vidrio, "
        "verre brisé, verre, vidro, vidro quebrando, vetro, vetro rotto, ガラス",
    ),
    "metal": EffectName(
        2.5, 0.5, 8.0,
        "metal hit*, metallic hit*, metal impact, metal clang*, clang*, anvil, metal pipe, "
        "metal sheet, metal scrap*, metal bang, hammer*, clank*, metallschlag, amboss, hammer, "
        "golpe de metal, martillo, coup de métal, marteau, martelo, martello, 金属音, ハンマー",
    ),
    "sword": EffectName(
        1.5, 0.5, 5.0,
        "sword*, blade*, knife, dagger, sword clash*, katana, schwert*, klinge, messer, espada, "
        "cuchillo, épée, couteau, faca, spada, coltello, 剣, 刀",
    ),
    "crack": EffectName(
        0.6, 0.2, 3.0,
        "wood crack*, wood break*, branch snap*, branch break*, twig snap*, snapping branch, "
        "stick break*, bone break*, crack, cracks, cracking, holz bricht, ast bricht, madera rota, rama, "
        "branche cassée, galho quebrando, legno spezzato, 枝が折れる",
    ),
    "whip": EffectName(
        0.8, 0.3, 3.0, "whip*, whip crack*, lash, peitsche*, látigo, fouet, chicote, frusta, 鞭",
    ),
    "footsteps": EffectName(
        5.0, 0.5, 60.0,
        "footstep*, foot step*, steps, walking on, walking, running on, running steps, boots, "
        "high heels, schritte, pasos, bruits de pas, pas sur, passos, passi, 足音",
    ),
    "coins": EffectName(
        2.0, 0.5, 10.0,
        "coins, coin drop*, dropping coins, falling coins, coins fall*, real coin*, money, "
        "coin purse, münzen, monedas, pièces de monnaie, moedas, monete, 硬貨, 小銭",
    ),
    "keys": EffectName(
        2.0, 0.4, 20.0,
        "keys jingl*, jingling keys, jingl*, bunch of keys, key ring, keyring, car keys, chain, chains, "
        "chain rattl*, rattl*, schlüsselbund, schlüssel, ketten, llaves, cadenas, trousseau de clés, "
        "chaînes, chaves, correntes, mazzo di chiavi, catene, 鍵束",
    ),
    "dice": EffectName(
        1.2, 0.5, 5.0, "dice, dice roll*, rolling dice, würfel, dados, dés, dadi, サイコロ",
    ),
    "pop": EffectName(
        0.4, 0.15, 3.0,
        "cork*, cork pop*, bottle pop*, champagne*, balloon*, balloon pop*, bubble pop*, pop sound*, "
        "korken, ballon platzt, corcho, bouchon, rolha, tappo, コルク",
    ),
    "zipper": EffectName(
        0.8, 0.3, 4.0, "zip*, zipper*, reißverschluss, cremallera, fermeture éclair, zíper, cerniera",
    ),
    "paper": EffectName(
        2.0, 0.4, 15.0,
        "paper*, page turn*, turning page*, crumpl*, rustl*, book page*, papier, seite umblättern, "
        "papel, papel arrugado, page tournée, carta stropicciata, 紙",
    ),
    "typing": EffectName(
        4.0, 0.4, 60.0,
        "typing, keyboard typing, typing on a keyboard, keyboard click*, computer keyboard, typewriter*, "
        "tastatur tippen, schreibmaschine, teclear, máquina de escribir, frappe au clavier, "
        "machine à écrire, digitação, máquina de escrever, macchina da scrivere, タイピング, タイプライター",
    ),
    "click": EffectName(
        0.15, 0.05, 1.0,
        "click*, ui click*, ui, ui sound*, button click*, button press*, mouse click*, menu select, "
        "tap sound*, interface click*, klick*, mausklick, clic, clique, クリック",
    ),
    "switch": EffectName(
        0.4, 0.1, 2.0,
        "light switch, switch, toggle, lever, latch, lichtschalter, schalter, interruptor, "
        "interrupteur, interruttore, スイッチ",
    ),
    "camera": EffectName(
        0.6, 0.25, 3.0,
        "camera*, camera shutter, camera click*, shutter*, photo, kamera*, cámara, obturador, "
        "appareil photo, câmera, fotocamera, カメラ, シャッター",
    ),
    "clock": EffectName(
        5.0, 0.6, 60.0,
        "clock*, clock tick*, ticking clock, ticking, tick tock, grandfather clock, watch tick*, "
        "uhr, tickende uhr, reloj, tic tac, horloge, relógio, orologio, 時計",
    ),
    "heartbeat": EffectName(
        5.0, 0.8, 60.0,
        "heartbeat*, heart beat*, heart, pulse sound, herzschlag, latido del corazón, "
        "battement de coeur, batimento cardíaco, battito cardiaco, 心臓, 鼓動",
    ),
    "slot machine": EffectName(
        3.0, 1.0, 10.0,
        "slot machine*, slot, slots, casino, jackpot, spielautomat, tragaperras, machine à sous, "
        "caça níquel, スロット",
    ),
    "breath": EffectName(
        6.0, 1.0, 60.0,
        "breath*, breathing, atem, atmen, respiración, respiration, respiração, respiro, 呼吸, 息",
    ),
    "rain": EffectName(
        8.0, 1.0, 120.0,
        "rain, rainfall, raining, rain on a window, rain on the window, rain on window, "
        "rain on a roof, rain on the roof, rain on a tin roof, rain sound*, heavy rain, "
        "light rain, drizzle, downpour, rainy, shower, storm, rainstorm, regen, regen am fenster, "
        "lluvia, pluie, chuva, pioggia, 雨",
    ),
    "thunder": EffectName(
        7.0, 1.5, 30.0,
        "thunder*, lightning, distant thunder, donner, gewitter, blitz, trueno*, tormenta, tonnerre, "
        "orage, trovão, trovoada, tuono, temporale, 雷",
    ),
    "wind": EffectName(
        8.0, 1.0, 120.0,
        "wind, windy, wind blowing, howling wind, wind sound*, gust*, blizzard, desert wind, breeze, "
        "wind heult, viento, vent, vento, 風",
    ),
    "sea": EffectName(
        12.0, 3.0, 120.0,
        "sea, ocean*, waves, ocean waves, sea waves, beach, surf, shore, meer, meeresrauschen, "
        "wellen, brandung, mar, olas, océano, mer, vagues, ondas do mar, mare, onde, 海, 波",
    ),
    "stream": EffectName(
        8.0, 1.0, 120.0,
        "stream, brook, creek, river*, water flow*, flowing water, running water, water running, "
        "waterfall, fountain, water, bach, fluss, wasserfall, wasser, arroyo, río, agua, cascada, "
        "ruisseau, rivière, eau, cascade, riacho, água, cachoeira, ruscello, fiume, acqua, 川, 水, 滝",
    ),
    "drips": EffectName(
        5.0, 0.5, 60.0,
        "drip*, water drip*, dripping water, water drop*, drops, cave drips, leaky tap, tropfen, "
        "wassertropfen, gotas, goteo, gouttes, goutte d'eau, pingos, gocce, 水滴",
    ),
    "bubbles": EffectName(
        4.0, 0.5, 60.0,
        "bubbles, bubbling, bubble, boiling, underwater, blasen, blubbern, unter wasser, burbujas, "
        "bulles, bolhas, bolle, 泡",
    ),
    "splash": EffectName(
        1.5, 0.4, 5.0,
        "splash*, water splash*, dive, jump in water, platschen, platsch, chapoteo, plouf, "
        "éclaboussure, mergulho, tuffo, 水しぶき",
    ),
    "fire": EffectName(
        8.0, 1.0, 120.0,
        "fire, fire crackl*, crackling fire, campfire, fireplace, burning, flames, bonfire, feuer, "
        "lagerfeuer, kaminfeuer, fuego, hoguera, feu, feu de camp, cheminée, fogo, fogueira, fuoco, "
        "火, 焚き火",
    ),
    "vinyl crackle": EffectName(
        8.0, 1.0, 120.0,
        "vinyl crackle, vinyl, vinyl noise, record noise, record crackle, crackle, dust, "
        "schallplattenknistern, vinilo, vinyle, vinil, vinile, レコードノイズ",
    ),
    "tape hiss": EffectName(
        8.0, 1.0, 120.0,
        "tape hiss, tape noise, tape, hiss, cassette, bandrauschen, ruido de cinta, "
        "souffle de bande, fita, nastro, テープ",
    ),
    "room tone": EffectName(
        8.0, 1.0, 120.0,
        "room tone, room, room noise, rumble, ambience, indoor ambience, office, café, cafe, "
        "street, city, traffic, raumton, raumklang, habitación, pièce, sala, stanza, 部屋",
    ),
    "air": EffectName(
        8.0, 1.0, 120.0, "air, whisper*, air noise, white noise, noise, rauschen, aire, ruido, "
        "bruit blanc, ruído, rumore, ノイズ",
    ),
    "machine": EffectName(
        6.0, 1.0, 60.0,
        "machine, machines, machinery, factory, industrial machine*, press, conveyor, assembly line, "
        "printer, washing machine, maschine*, fabrik, máquina, fábrica, machine industrielle, usine, "
        "macchina, fabbrica, 機械, 工場",
    ),
    "motor": EffectName(
        5.0, 1.0, 60.0,
        "engine*, motor, motors, car engine*, engine rev*, revving, idling, motorcycle*, motorbike*, "
        "motorrad, motorboat, tractor, truck, trucks, lawn mower, chain saw, chainsaw, "
        "moteur, moto, motore, motosierra, エンジン, バイク",
    ),
    "car": EffectName(
        4.0, 1.5, 20.0,
        "car, cars, car pass*, car passing by, passing car, car drive by, drive by, pass by, "
        "passing by, race car, auto, vorbeifahrendes auto, coche, carro, voiture, macchina che passa, "
        "車",
    ),
    "helicopter": EffectName(
        6.0, 1.0, 60.0,
        "helicopter*, chopper, drone copter, hubschrauber, helicóptero, hélicoptère, elicottero, "
        "ヘリコプター",
    ),
    "train": EffectName(
        8.0, 1.5, 60.0,
        "train, trains, train pass*, railway, subway, steam train, zug, bahn, eisenbahn, tren, "
        "treno, trem, métro, 電車, 列車",
    ),
    "aeroplane": EffectName(
        8.0, 2.0, 30.0,
        "aeroplane*, airplane*, plane, jet, jet engine, airplane fly*, flugzeug, avión, avion, "
        "avião, aereo, 飛行機",
    ),
    "hum": EffectName(
        6.0, 0.5, 120.0,
        "hum, mains hum, electric hum, humming, transformer, fridge, refrigerator, buzz, "
        "fluorescent light, brummen, netzbrummen, zumbido, bourdonnement électrique, ronzio, 低周波",
    ),
    "fan": EffectName(
        6.0, 0.5, 120.0,
        "fan, air conditioner, ventilator, ventilation, vacuum cleaner, hair dryer, lüfter, "
        "staubsauger, ventilador, aspiradora, ventilateur, aspirateur, ventilatore, 扇風機",
    ),
    "drill": EffectName(
        3.0, 0.5, 20.0,
        "drill, drilling, power drill, electric drill, dentist drill, saw, circular saw, power tool*, "
        "bohrer, bohrmaschine, säge, taladro, perceuse, furadeira, trapano, ドリル",
    ),
    "rocket": EffectName(
        6.0, 1.5, 30.0,
        "rocket*, rocket launch, space shuttle, missile, thruster*, rakete*, cohete, fusée, "
        "foguete, razzo, ロケット",
    ),
    "spaceship": EffectName(
        8.0, 1.0, 120.0,
        "spaceship*, space ship*, starship, ufo, alien ship, sci fi, scifi, space station, warp, "
        "raumschiff, nave espacial, vaisseau spatial, astronave, 宇宙船",
    ),
    "alarm": EffectName(
        4.0, 0.5, 30.0,
        "alarm*, alarm clock, fire alarm, smoke alarm, car alarm, burglar alarm, wecker, alarma, "
        "despertador, alarme, réveil, allarme, sveglia, アラーム, 警報",
    ),
    "siren": EffectName(
        6.0, 1.0, 60.0,
        "siren*, police siren*, ambulance*, police car, fire engine, fire truck, air raid siren, "
        "sirene, martinshorn, krankenwagen, polizei, sirena, ambulancia, sirène, ambulância, "
        "ambulanza, サイレン",
    ),
    "horn": EffectName(
        1.5, 0.2, 10.0,
        "car horn*, honk*, honking, truck horn, ship horn, fog horn, foghorn, air horn*, train horn, "
        "train whistle, hupe, hupen, schiffshorn, nebelhorn, bocina, claxon, klaxon, corne de brume, "
        "buzina, clacson, 警笛, 汽笛, クラクション",
    ),
    "bell": EffectName(
        6.0, 0.5, 30.0,
        "church bell*, bell toll*, tolling bell, bell ring*, ringing bell, school bell, hand bell*, "
        "bicycle bell*, bike bell*, ship bell, big bell, kirchenglocke*, glocke läutet, "
        "fahrradklingel, campana de iglesia, cloche d'église, sino da igreja, campana della chiesa, "
        "教会の鐘, 鐘",
    ),
    "doorbell": EffectName(
        2.0, 0.8, 6.0,
        "doorbell*, door bell*, ding dong, türklingel, timbre, sonnette, campainha, campanello, "
        "ドアベル, チャイム",
    ),
    "telephone": EffectName(
        4.0, 0.5, 30.0,
        "phone ring*, telephone*, phone, ringing phone, ringtone, old phone, mobile phone*, "
        "cell phone*, smartphone, telefon*, handy klingelt, teléfono, téléphone, telefone, telefono, "
        "電話, 着信音",
    ),
    "radio": EffectName(
        5.0, 0.5, 60.0,
        "radio, radio noise, radio static, static noise, static, tuning radio, walkie talkie, "
        "short wave, radiorauschen, ruido de radio, parasites radio, ruído de rádio, ラジオ",
    ),
    "fireworks": EffectName(
        8.0, 2.5, 60.0,
        "firework*, fire cracker*, firecracker*, feuerwerk, fuegos artificiales, petardo, "
        "feu d'artifice, feux d'artifice, fogos de artifício, fuochi d'artificio, 花火",
    ),
    "notification": EffectName(
        0.9, 0.4, 3.0,
        "notification*, message alert, alert sound, alert, chime notification, ui notification, "
        "incoming message, benachrichtigung, notificación, notificação, notifica, 通知",
    ),
    "error": EffectName(
        0.5, 0.3, 2.0,
        "error*, error sound, wrong answer, buzzer, fail sound, game over, denied, fehler*, "
        "fehlerton, error de sistema, erreur, erro, errore, エラー",
    ),
    "beep": EffectName(
        1.0, 0.1, 10.0,
        "beep*, bleep*, countdown, hospital monitor, microwave, piep*, pitido, bip*, ピー, ビープ",
    ),
    "success": EffectName(
        1.0, 0.5, 4.0,
        "success*, level up, levelup, achievement, win sound, victory, correct answer, reward, "
        "unlock, erfolg, éxito, succès, sucesso, successo, 正解, レベルアップ",
    ),
    "game coin": EffectName(
        0.7, 0.3, 2.0,
        "coin, game coin, coin pickup, coin pick up, coin collect*, retro coin, 8 bit coin, 8bit coin, "
        "pickup, pick up item, münze, moneda, moeda, moneta, コイン",
    ),
    "jump": EffectName(
        0.5, 0.15, 2.0,
        "jump, jump sound, game jump, 8 bit jump, hop, bounce, boing, sprung, salto, saut, pulo, ジャンプ",
    ),
    "laser": EffectName(
        1.2, 0.25, 6.0,
        "laser*, laser gun*, blaster, ray gun, pew pew, phaser gun, laser shot*, láser, レーザー",
    ),
    "zap": EffectName(
        1.2, 0.2, 20.0,
        "zap*, electric shock, electric spark*, spark, sparks, electricity, tesla coil, short circuit, "
        "elektrischer schlag, chispa, descarga eléctrica, décharge, étincelle, faísca, scintilla, 電気",
    ),
    "power up": EffectName(
        2.0, 0.5, 10.0,
        "power up*, powerup, charge up, charging, start up, startup, boot up, turning on, hochfahren, "
        "encendido, mise en marche, ligar, accensione, パワーアップ, 起動",
    ),
    "power down": EffectName(
        2.0, 0.5, 10.0,
        "power down*, powerdown, shut down, shutdown, turning off, power off, power failure, "
        "herunterfahren, apagado, extinction, desligar, spegnimento, パワーダウン, 停止",
    ),
    "teleport": EffectName(
        2.0, 0.8, 8.0,
        "teleport*, portal, beam me up, time travel, beamen, teletransporte, téléportation, "
        "teletrasporto, テレポート",
    ),
    "magic": EffectName(
        2.5, 0.8, 10.0,
        "magic*, magic spell, spell, fairy dust, sparkle*, sparkling, wand, twinkle, zauber*, magia, "
        "hechizo, magie, magique, feitiço, incantesimo, 魔法, キラキラ",
    ),
    "robot": EffectName(
        2.0, 0.3, 20.0, "robot*, droid, computer talk*, data, computer beep*, roboter, robô, ロボット",
    ),
    "sonar": EffectName(
        4.0, 1.0, 30.0, "sonar*, submarine, radar*, ping, u boot, submarino, sous-marin, "
        "sottomarino, ソナー, 潜水艦",
    ),
    "glitch": EffectName(
        2.0, 0.2, 20.0,
        "glitch*, glitch fx, data corruption, digital error, digital noise, bit crush*, stutter*, "
        "computer crash, störung, fallo digital, bug, グリッチ",
    ),
    "whoosh": EffectName(
        1.2, 0.25, 8.0,
        "whoosh*, swoosh*, swish*, whoosh transition, fly by, flyby, passing object, arrow, "
        "transition*, throw, zischen, vorbeizischen, silbido de aire, souffle, sibilo, シュー",
    ),
    "riser": EffectName(
        8.0, 1.5, 30.0,
        "riser*, uplift*, build up, buildup, build, rise, rising, sweep, sweep up, upsweep, up sweep, "
        "noise sweep, filter sweep, swelling riser, steigerung, subida, montée, salita, ライザー",
    ),
    "sweep down": EffectName(
        5.0, 1.0, 20.0,
        "downlift*, down lift*, down sweep, downsweep, sweep down, downer*, fall sweep, drop down, "
        "descend*, falling sweep, downriser, bajada, descente, descida, discesa, ダウナー",
    ),
    "sub drop": EffectName(
        3.0, 0.6, 10.0, "sub drop*, bass drop*, subdrop, 808 drop, 808 fall, サブドロップ",
    ),
    "swell": EffectName(
        4.0, 0.6, 15.0,
        "swell*, reverse cymbal*, reversed cymbal*, reverse crash, cymbal swell, suck back, suckback, "
        "reverse sweep, beckenwirbel, crescendo",
    ),
    "drone": EffectName(
        10.0, 2.0, 120.0,
        "drone*, atmos*, ambien*, soundscape*, dark space, eerie, tension, "
        "dark ambience, horror ambience, bordun, klangfläche, atmósfera, atmosphère, atmosfera, "
        "ドローン, 雰囲気",
    ),
    "braam": EffectName(
        5.0, 1.0, 15.0,
        "braam*, bram, brahm, inception horn, trailer horn, trailer brass, cinematic horn",
    ),
    "tape stop": EffectName(
        1.5, 0.4, 6.0,
        "tape stop*, tapestop, vinyl stop*, vinylstop, record stop*, turntable stop, slow down stop, "
        "bandstopp, parada de cinta, arrêt de bande, テープストップ",
    ),
    "scratch": EffectName(
        1.5, 0.3, 10.0,
        "scratch*, record scratch*, vinyl scratch*, dj scratch*, turntable scratch*, スクラッチ",
    ),
    "falling": EffectName(
        2.5, 0.6, 10.0,
        "falling whistle, bomb fall*, falling bomb, cartoon fall, slide whistle, fallen, caída, "
        "chute, queda, caduta, 落下",
    ),
    "birds": EffectName(
        8.0, 0.5, 120.0,
        "bird*, birdsong, bird sounds, chirp*, forest, morning birds, dawn chorus, tweet*, vögel, "
        "vogelgezwitscher, wald, pájaros, bosque, oiseaux, forêt, pássaros, floresta, uccelli, "
        "foresta, 鳥, 森",
    ),
    "crickets": EffectName(
        8.0, 1.0, 120.0,
        "cricket*, cicada*, insects, night insects, summer night, grillen, zikaden, grillos, "
        "cigarras, criquets, grillons, cigales, grilos, grilli, cicale, コオロギ, 虫, 蝉",
    ),
    "frogs": EffectName(
        6.0, 0.5, 60.0, "frog*, toads, croak*, frösche, ranas, grenouilles, sapos, rane, カエル",
    ),
    "bees": EffectName(
        6.0, 1.0, 60.0,
        "bee, bees, buzzing, fly buzz*, mosquito*, wasp*, swarm, bienen, mücke, abejas, mosca, "
        "abeilles, moustique, abelhas, api, zanzara, 蜂, 蚊",
    ),
    "owl": EffectName(5.0, 1.8, 30.0, "owl*, hoot*, eule, uhu, búho, hibou, coruja, gufo, フクロウ"),
    "applause": EffectName(
        6.0, 0.5, 60.0,
        "applause, applaud*, clapping, audience clap*, ovation, applaus, beifall, klatschen, "
        "aplauso*, applaudissements, applauso, 拍手",
    ),
    "crowd": EffectName(
        8.0, 0.5, 120.0,
        "crowd*, crowd noise, crowd cheer*, cheer*, cheering, audience, people talking, murmur, "
        "restaurant, bar noise, stadium, party noise, menge, menschenmenge, jubel, multitud, público, "
        "foule, multidão, folla, 群衆, 歓声",
    ),
    "dog": EffectName(
        2.0, 0.2, 30.0,
        "dog, dogs, dog bark*, barking, barks, puppy, hund, hunde, bellen, perro, perros, ladrido*, "
        "chien, chiens, aboiement*, cachorro, cão, latido, cane, cani, 犬",
    ),
    "cat": EffectName(
        1.6, 0.6, 30.0,
        "cat, cats, meow*, miaow*, kitten*, katze, katzen, miauen, gato, gatos, maullido, chat, "
        "miaulement, miado, gatto, gatti, 猫",
    ),
    "cow": EffectName(
        3.0, 1.2, 30.0, "cow, cows, moo, mooing, cattle, kuh, kühe, vaca, vacas, vache, mucca, 牛",
    ),
    "sheep": EffectName(
        2.0, 0.7, 30.0,
        "sheep, goat, goats, lamb, bleat*, schaf, schafe, ziege, oveja*, cabra*, mouton, chèvre, "
        "ovelha, pecora, capra, 羊",
    ),
    "horse": EffectName(
        2.5, 1.4, 20.0,
        "horse, horses, neigh*, whinn*, pferd, pferde, wiehern, caballo, cheval, cavalo, cavallo, 馬",
    ),
    "wolf": EffectName(
        5.0, 2.4, 30.0,
        "wolf, wolves, howling wolf, coyote*, wölfe, lobo, lobos, loup, loups, lupo, lupi, 狼",
    ),
    "rooster": EffectName(
        2.5, 1.5, 20.0, "rooster*, cockerel, hahn, hahnenschrei, gallo, coq, galo, ニワトリ",
    ),
    "lion": EffectName(
        3.0, 1.5, 30.0,
        "lion, lions, lion roar, tiger*, bear growl, roar, roaring, monster roar, löwe, león, lion, "
        "leão, leone, ライオン",
    ),
    "duck": EffectName(
        2.0, 0.4, 30.0, "duck, ducks, quack*, ente, enten, pato, patos, canard*, anatra, アヒル",
    ),
}  # fmt: skip

#: The effects that are animals' calls: synthesized, and told as that.
CALLS = ("dog", "cat", "cow", "sheep", "horse", "wolf", "rooster", "lion", "duck")
#: What nobody can make here honestly: voices of people, and animals that have no call here.
VOICES = (
    "purr*, chicken*, hen, pig, pigs, elephant*, monkey*, dolphin*, whale*, growl*, "
    "laugh*, giggl*, scream*, shout*, cough*, sneez*, snor*, cry, crying, baby, "
    "baby cry*, burp*, fart*, kiss*, yawn*, whistling man, talking, speech, "
    "lachen, schreien, husten, risa, grito, rire, cri, risada, risata, 笑い声, 悲鳴"
)
