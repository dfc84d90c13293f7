// A driver for Vulkan in front of another one, DRIVER: it hands everything on until the file that
// FAILING_DRIVER names is there, and then does WHAT_IT_DOES with the next work for the card.

#include <dlfcn.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DEVICE_LOST -4

typedef void (*Function)(void);
typedef Function (*Lookup)(void *, const char *);
typedef int (*Submit)(void *, uint32_t, const void *, uint64_t);

static Lookup device_lookup;
static Submit next_submit;

static void *other(const char *name) {
    static void *library;
    if (library == NULL)
        library = dlopen(DRIVER, RTLD_NOW | RTLD_LOCAL);
    return library == NULL ? NULL : dlsym(library, name);
}

static int submit(void *queue, uint32_t count, const void *work, uint64_t fence) {
    const char *sign = getenv("FAILING_DRIVER");
    if (sign != NULL && access(sign, F_OK) == 0) {
        WHAT_IT_DOES
    }
    return next_submit(queue, count, work, fence);
}

static Function replaced(Function found, const char *name) {
    if (found == NULL || strcmp(name, "vkQueueSubmit"))
        return found;
    next_submit = (Submit)found;
    return (Function)submit;
}

static Function device_function(void *device, const char *name) {
    return replaced(device_lookup(device, name), name);
}

Function vk_icdGetInstanceProcAddr(void *instance, const char *name) {
    Function found = ((Lookup)other("vk_icdGetInstanceProcAddr"))(instance, name);
    if (found == NULL || strcmp(name, "vkGetDeviceProcAddr"))
        return replaced(found, name);
    device_lookup = (Lookup)found;
    return (Function)device_function;
}

Function vk_icdGetPhysicalDeviceProcAddr(void *instance, const char *name) {
    Lookup lookup = (Lookup)other("vk_icdGetPhysicalDeviceProcAddr");
    return lookup == NULL ? NULL : lookup(instance, name);
}

int vk_icdNegotiateLoaderICDInterfaceVersion(uint32_t *version) {
    return ((int (*)(uint32_t *))other("vk_icdNegotiateLoaderICDInterfaceVersion"))(version);
}
