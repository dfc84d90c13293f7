// A graphics card for tests: llama.cpp's library for one, which computes with the processor's.
//
// It fails as FAKE_CARD says: `abort 9` ends the process in the ninth computation, as a driver that
// lost its card does; `exit 9` ends it as a program ends by itself; `hang 9` does not come back from
// it; `fail 9` says that it cannot compute; `load` does not come back when a model is loaded.
//
// The structs are those that llama.cpp and its libraries share, in API_VERSION.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ggml-backend.h"

#define API_VERSION 2
#define GIGABYTE ((size_t)1 << 30)

struct ggml_backend_reg {
    int api_version;
    const char *(*get_name)(ggml_backend_reg_t);
    size_t (*get_device_count)(ggml_backend_reg_t);
    ggml_backend_dev_t (*get_device)(ggml_backend_reg_t, size_t);
    void *get_proc_address;
    void *context;
};

struct ggml_backend_device {
    const char *(*get_name)(ggml_backend_dev_t);
    const char *(*get_description)(ggml_backend_dev_t);
    void (*get_memory)(ggml_backend_dev_t, size_t *, size_t *);
    enum ggml_backend_dev_type (*get_type)(ggml_backend_dev_t);
    void (*get_props)(ggml_backend_dev_t, struct ggml_backend_dev_props *);
    ggml_backend_t (*init_backend)(ggml_backend_dev_t, const char *);
    ggml_backend_buffer_type_t (*get_buffer_type)(ggml_backend_dev_t);
    void *get_host_buffer_type;
    void *buffer_from_host_ptr;
    bool (*supports_op)(ggml_backend_dev_t, const struct ggml_tensor *);
    bool (*supports_buft)(ggml_backend_dev_t, ggml_backend_buffer_type_t);
    void *offload_op;
    void *events[3];
    ggml_backend_reg_t reg;
    void *context;
};

struct ggml_backend {
    ggml_guid_t guid;
    const char *(*get_name)(ggml_backend_t);
    void (*free)(ggml_backend_t);
    void *asynchronous[6];
    void *plans[4];
    enum ggml_status (*graph_compute)(ggml_backend_t, struct ggml_cgraph *);
    void *events[2];
    void *graph_optimize;
    ggml_backend_dev_t device;
    void *processor;
};

static struct ggml_backend_reg registry;
static struct ggml_backend_device card;

static ggml_backend_dev_t processor(void) {
    return ggml_backend_dev_by_type(GGML_BACKEND_DEVICE_TYPE_CPU);
}

static void fail_in_turn(bool *failed) {
    static int computations;
    const char *wanted = getenv("FAKE_CARD");
    char how[8];
    int turn;
    *failed = false;
    if (wanted == NULL || sscanf(wanted, "%7s %d", how, &turn) != 2 || ++computations != turn)
        return;
    if (!strcmp(how, "abort"))
        abort();
    if (!strcmp(how, "exit"))
        exit(1);
    while (!strcmp(how, "hang"))
        sleep(60);
    *failed = true;
}

static enum ggml_status compute(ggml_backend_t backend, struct ggml_cgraph *graph) {
    bool failed;
    fail_in_turn(&failed);
    return failed ? GGML_STATUS_FAILED : ggml_backend_graph_compute(backend->processor, graph);
}

static const char *backend_name(ggml_backend_t backend) { return "Vulkan0"; }

static void free_backend(ggml_backend_t backend) {
    ggml_backend_free(backend->processor);
    free(backend);
}

static ggml_backend_t init_backend(ggml_backend_dev_t device, const char *parameters) {
    static ggml_guid guid = {0xfa, 0x4e};
    const char *wanted = getenv("FAKE_CARD");
    while (wanted != NULL && !strcmp(wanted, "load"))
        sleep(60);
    ggml_backend_t backend = calloc(1, sizeof *backend);
    backend->guid = &guid;
    backend->get_name = backend_name;
    backend->free = free_backend;
    backend->graph_compute = compute;
    backend->device = device;
    backend->processor = ggml_backend_dev_init(processor(), NULL);
    return backend;
}

static const char *device_name(ggml_backend_dev_t device) { return "Vulkan0"; }

static const char *description(ggml_backend_dev_t device) { return "Radeon RX 7800"; }

static void memory(ggml_backend_dev_t device, size_t *left, size_t *total) {
    *left = 7 * GIGABYTE;
    *total = 8 * GIGABYTE;
}

static enum ggml_backend_dev_type type(ggml_backend_dev_t device) {
    return GGML_BACKEND_DEVICE_TYPE_GPU;
}

static void properties(ggml_backend_dev_t device, struct ggml_backend_dev_props *found) {
    memset(found, 0, sizeof *found);
    found->name = device_name(device);
    found->description = description(device);
    memory(device, &found->memory_free, &found->memory_total);
    found->type = type(device);
}

static ggml_backend_buffer_type_t buffer_type(ggml_backend_dev_t device) {
    return ggml_backend_cpu_buffer_type();
}

static bool supports_op(ggml_backend_dev_t device, const struct ggml_tensor *op) {
    return ggml_backend_dev_supports_op(processor(), op);
}

static bool supports_buffer(ggml_backend_dev_t device, ggml_backend_buffer_type_t type) {
    return ggml_backend_buft_is_host(type);
}

static const char *registry_name(ggml_backend_reg_t reg) { return "Vulkan"; }

static size_t count(ggml_backend_reg_t reg) { return 1; }

static ggml_backend_dev_t device(ggml_backend_reg_t reg, size_t index) { return &card; }

ggml_backend_reg_t ggml_backend_init(void) {
    registry.api_version = API_VERSION;
    registry.get_name = registry_name;
    registry.get_device_count = count;
    registry.get_device = device;
    card.get_name = device_name;
    card.get_description = description;
    card.get_memory = memory;
    card.get_type = type;
    card.get_props = properties;
    card.init_backend = init_backend;
    card.get_buffer_type = buffer_type;
    card.supports_op = supports_op;
    card.supports_buft = supports_buffer;
    card.reg = &registry;
    return &registry;
}
