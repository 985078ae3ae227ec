/* A small VST3 effect with a known truth, after the published binary interface: out = gain * in + echo * (in, 1000 frames ago), all
 * of it 64 frames late, as it reports. Its parameter Fault has it crash, hang, or give what is no number. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { GAIN, ECHO, FAULT, PARAMETERS };
enum { OK = 0, NO = 1, NO_INTERFACE = -1, DELAY = 1000, LATE = 64, LINE = 2048 };
typedef uint8_t Id[16];
typedef uint16_t Text[128];

#define WORD(x) (uint8_t)((x) >> 24), (uint8_t)((x) >> 16), (uint8_t)((x) >> 8), (uint8_t)(x)
#define ID(a, b, c, d) {WORD(a), WORD(b), WORD(c), WORD(d)}
static const Id UNKNOWN = ID(0, 0, 0xC0000000u, 0x46u), BASE = ID(0x22888DDBu, 0x156E45AEu, 0x8358B348u, 0x08190625u);
static const Id FACTORY = ID(0x7A4D811Cu, 0x52114A1Fu, 0xAED9D2EEu, 0x0B43BF9Fu);
static const Id COMPONENT = ID(0xE831FF31u, 0xF2D54301u, 0x928EBBEEu, 0x25697802u);
static const Id PROCESSOR = ID(0x42043F99u, 0xB7DA453Cu, 0xA569E79Du, 0x9AAEC33Du);
static const Id CONTROLLER = ID(0xDCD7BBE3u, 0x7742448Du, 0xA874AACCu, 0x979C759Eu);
static const Id OURS = ID(0x51DEC7A7u, 0xE0000001u, 0xE0000002u, 0xE0000003u);

typedef struct { int32_t media, direction, channels; Text name; int32_t type; uint32_t flags; } Bus;
typedef struct { uint32_t id; Text title, brief, units; int32_t steps; double start; int32_t unit, flags; } Parameter;
typedef struct { int32_t channels; uint64_t silent; float **samples; } Buffers;
typedef struct Queue { struct { void *a, *b, *c; uint32_t (*id)(struct Queue *); int32_t (*count)(struct Queue *); int32_t (*point)(struct Queue *, int32_t, int32_t *, double *); } *table; } Queue;
typedef struct Changes { struct { void *a, *b, *c; int32_t (*count)(struct Changes *); Queue *(*queue)(struct Changes *, int32_t); } *table; } Changes;
typedef struct { int32_t mode, size, samples, inputs, outputs; Buffers *in, *out; Changes *changes; } Block;

/* One object with three faces; each begins with a pointer to its table. */
typedef struct { const void *component, *processor, *controller; int32_t held; double value[PARAMETERS]; float line[2][LINE]; uint32_t at; } Effect;
static Effect *of_processor(void *face) { return (Effect *)((char *)face - sizeof(void *)); }
static Effect *of_controller(void *face) { return (Effect *)((char *)face - 2 * sizeof(void *)); }
static int same(const uint8_t *a, const Id b) { return memcmp(a, b, 16) == 0; }
static void write_text(Text to, const char *from) { int n = 0; while (from[n] && n < 127) { to[n] = (uint8_t)from[n]; n++; } to[n] = 0; }

static int32_t face_of(Effect *e, const uint8_t *id, void **out) {
    if (same(id, UNKNOWN) || same(id, BASE) || same(id, COMPONENT)) *out = &e->component;
    else if (same(id, PROCESSOR)) *out = &e->processor;
    else if (same(id, CONTROLLER)) *out = &e->controller;
    else { *out = NULL; return NO_INTERFACE; }
    e->held++;
    return OK;
}
static uint32_t let_go(Effect *e) { int32_t left = --e->held; if (left == 0) free(e); return (uint32_t)left; }
static int32_t c_query(void *f, const uint8_t *id, void **out) { return face_of(f, id, out); }
static uint32_t c_hold(void *f) { return (uint32_t)++((Effect *)f)->held; }
static uint32_t c_release(void *f) { return let_go(f); }
static int32_t p_query(void *f, const uint8_t *id, void **out) { return face_of(of_processor(f), id, out); }
static uint32_t p_hold(void *f) { return (uint32_t)++of_processor(f)->held; }
static uint32_t p_release(void *f) { return let_go(of_processor(f)); }
static int32_t k_query(void *f, const uint8_t *id, void **out) { return face_of(of_controller(f), id, out); }
static uint32_t k_hold(void *f) { return (uint32_t)++of_controller(f)->held; }
static uint32_t k_release(void *f) { return let_go(of_controller(f)); }

static int32_t begin(void *f, void *host) { (void)f; (void)host; return OK; }
static int32_t end(void *f) { (void)f; return OK; }
static int32_t with_stream(void *f, void *stream) { (void)f; (void)stream; return OK; }
/* A state is the parameters' values as doubles. */
typedef struct Stream { struct { void *a, *b, *c; int32_t (*read)(struct Stream *, void *, int32_t, int32_t *); } *table; } Stream;
static int32_t set_state(Effect *e, Stream *stream) {
    double value[PARAMETERS];
    int32_t got = 0;
    if (stream->table->read(stream, value, sizeof value, &got) == OK && got == sizeof value) memcpy(e->value, value, sizeof value);
    return OK;
}
static int32_t c_state(void *f, void *stream) { return set_state(f, stream); }
static int32_t k_state(void *f, void *stream) { return set_state(of_controller(f), stream); }
static int32_t switched(void *f, uint8_t on) { (void)f; (void)on; return OK; }

/* component */
static int32_t controller_class(void *f, uint8_t *id) { (void)f; (void)id; return NO; }
static int32_t io_mode(void *f, int32_t mode) { (void)f; (void)mode; return OK; }
static int32_t buses(void *f, int32_t media, int32_t direction) { (void)f; (void)direction; return media == 0; }
static int32_t bus(void *f, int32_t media, int32_t direction, int32_t index, Bus *b) {
    (void)f;
    if (media != 0 || index != 0) return NO;
    memset(b, 0, sizeof *b);
    b->direction = direction; b->channels = 2; b->flags = 1;
    write_text(b->name, direction ? "Out" : "In");
    return OK;
}
static int32_t routing(void *f, void *in, void *out) { (void)f; (void)in; (void)out; return NO; }
static int32_t activate(void *f, int32_t media, int32_t direction, int32_t index, uint8_t on) { (void)f; (void)media; (void)direction; (void)index; (void)on; return OK; }

/* processor: two channels in, two out */
static int32_t arrange(void *f, uint64_t *in, int32_t ins, uint64_t *out, int32_t outs) { (void)f; return ins == 1 && outs == 1 && *in == 3 && *out == 3 ? OK : NO; }
static int32_t arrangement(void *f, int32_t direction, int32_t index, uint64_t *out) { (void)f; (void)direction; (void)index; *out = 3; return OK; }
static int32_t takes_size(void *f, int32_t size) { (void)f; return size == 0 ? OK : NO; }
static uint32_t latency(void *f) { (void)f; return LATE; }
static int32_t set_up(void *f, void *setup) { Effect *e = of_processor(f); (void)setup; memset(e->line, 0, sizeof e->line); return OK; }
static int32_t processing(void *f, uint8_t on) { Effect *e = of_processor(f); if (on) memset(e->line, 0, sizeof e->line); return OK; }
static int32_t process(void *f, Block *b) {
    Effect *e = of_processor(f);
    for (int32_t n = 0; b->changes && n < b->changes->table->count(b->changes); n++) {
        Queue *queue = b->changes->table->queue(b->changes, n);
        int32_t offset, points = queue->table->count(queue);
        double value;
        if (points && queue->table->id(queue) < PARAMETERS && queue->table->point(queue, points - 1, &offset, &value) == OK)
            e->value[queue->table->id(queue)] = value;
    }
    int fault = (int)(e->value[FAULT] * 3 + 0.5);
    if (fault == 1) abort();
    for (volatile int hung = fault == 2; hung;) {}
    for (int32_t n = 0; b->inputs && b->outputs && n < b->samples; n++, e->at++)
        for (int32_t c = 0; c < 2; c++) {
            e->line[c][e->at % LINE] = b->in->samples[c][n];
            float now = e->line[c][(e->at - LATE) % LINE], then = e->line[c][(e->at - LATE - DELAY) % LINE];
            b->out->samples[c][n] = fault == 3 ? NAN : (float)e->value[GAIN] * now + (float)e->value[ECHO] * then;
        }
    return OK;
}
static uint32_t tail(void *f) { (void)f; return DELAY; }

/* controller */
static const char *NAMES[] = {"Gain", "Echo", "Fault"}, *FAULTS[] = {"none", "crash", "hang", "nan"};
static int32_t count(void *f) { (void)f; return PARAMETERS; }
static int32_t about(void *f, int32_t index, Parameter *p) {
    (void)f;
    if (index < 0 || index >= PARAMETERS) return NO;
    memset(p, 0, sizeof *p);
    p->id = (uint32_t)index; p->steps = index == FAULT ? 3 : 0; p->start = index == GAIN; p->flags = 1;
    write_text(p->title, NAMES[index]);
    return OK;
}
static int32_t shown(void *f, uint32_t id, double value, Text out) {
    (void)f;
    if (id == FAULT) { write_text(out, FAULTS[(int)(value * 3 + 0.5)]); return OK; }
    int n = (int)(value * 1000 + 0.5);
    char text[] = {(char)('0' + n / 1000), '.', (char)('0' + n / 100 % 10), (char)('0' + n / 10 % 10), (char)('0' + n % 10), 0};
    write_text(out, text);
    return OK;
}
static int32_t read(void *f, uint32_t id, uint16_t *text, double *value) {
    (void)f;
    for (int n = 0; id == FAULT && n < 4; n++) if (text[0] == (uint8_t)FAULTS[n][0] && text[1] == (uint8_t)FAULTS[n][1]) { *value = n / 3.0; return OK; }
    return NO;
}
static double plain(void *f, uint32_t id, double value) { (void)f; (void)id; return value; }
static double value_of(void *f, uint32_t id) { return id < PARAMETERS ? of_controller(f)->value[id] : 0; }
static int32_t set_value(void *f, uint32_t id, double value) { if (id >= PARAMETERS) return NO; of_controller(f)->value[id] = value; return OK; }
static int32_t set_handler(void *f, void *handler) { (void)f; (void)handler; return OK; }
static void *view(void *f, const char *name) { (void)f; (void)name; return NULL; }

static const void *const COMPONENT_TABLE[] = {c_query, c_hold, c_release, begin, end, controller_class, io_mode, buses, bus, routing, activate, switched, c_state, with_stream};
static const void *const PROCESSOR_TABLE[] = {p_query, p_hold, p_release, arrange, arrangement, takes_size, latency, set_up, processing, process, tail};
static const void *const CONTROLLER_TABLE[] = {k_query, k_hold, k_release, begin, end, k_state, with_stream, with_stream, count, about, shown, read, plain, plain, value_of, set_value, set_handler, view};

/* factory */
typedef struct { char vendor[64], url[256], mail[128]; int32_t flags; } Maker;
typedef struct { Id id; int32_t instances; char category[32], name[64]; } Class;
static int32_t f_query(void *f, const uint8_t *id, void **out) { *out = same(id, UNKNOWN) || same(id, FACTORY) ? f : NULL; return *out ? OK : NO_INTERFACE; }
static uint32_t f_held(void *f) { (void)f; return 1; }
static int32_t maker(void *f, Maker *m) { (void)f; memset(m, 0, sizeof *m); strcpy(m->vendor, "Sidecrate's tests"); return OK; }
static int32_t classes(void *f) { (void)f; return 1; }
static int32_t class_of(void *f, int32_t index, Class *c) {
    (void)f;
    if (index) return NO;
    memset(c, 0, sizeof *c);
    memcpy(c->id, OURS, 16); c->instances = 0x7FFFFFFF;
    strcpy(c->category, "Audio Module Class"); strcpy(c->name, "Echoes");
    return OK;
}
static int32_t create(void *f, const uint8_t *class, const uint8_t *id, void **out) {
    (void)f;
    *out = NULL;
    if (!same(class, OURS)) return NO;
    Effect *e = calloc(1, sizeof *e);
    e->component = COMPONENT_TABLE; e->processor = PROCESSOR_TABLE; e->controller = CONTROLLER_TABLE;
    e->value[GAIN] = 1; e->at = LINE;
    int32_t said = face_of(e, id, out);
    if (said != OK) free(e);
    return said;
}
static const void *const FACTORY_TABLE[] = {f_query, f_held, f_held, maker, classes, class_of, create};
static const void *const THE_FACTORY = FACTORY_TABLE;
__attribute__((visibility("default"))) const void *GetPluginFactory(void) { return &THE_FACTORY; }
__attribute__((visibility("default"))) int ModuleEntry(void *handle) { (void)handle; return 1; }
__attribute__((visibility("default"))) int ModuleExit(void) { return 1; }
