// A loader of gdk-pixbuf for .kvt files, over the C library of Kvant.
//
// The size is told as soon as the header is there; the picture is decoded when all of the stream
// is. A picture that is to be shown at up to a half, a quarter or an eighth of its size is decoded
// at that, and gdk-pixbuf does the rest.

#define GDK_PIXBUF_ENABLE_BACKEND
#include <gdk-pixbuf/gdk-pixbuf.h>
#include <gmodule.h>
#include <kvant.h>
#include <string.h>

// One load.
typedef struct {
    GdkPixbufModuleSizeFunc size_func;
    GdkPixbufModulePreparedFunc prepared_func;
    GdkPixbufModuleUpdatedFunc updated_func;
    gpointer user_data;
    kvant_decode_options options;
    // What came of the stream so far, and room for more.
    guchar *stream;
    gsize size, room;
    // What the header says, once it is there.
    kvant_info info;
    gboolean has_info;
    // The size that is asked for; 0 where nobody wants the pixels.
    gint width, height;
} Load;

// Hands the library's words on.
static void set_error(GError **to, const kvant_error *error)
{
    gint code = GDK_PIXBUF_ERROR_FAILED;
    switch (error->status) {
    case KVANT_ERROR_DAMAGED:
    case KVANT_ERROR_TRUNCATED:
    case KVANT_ERROR_NOT_KVANT:
        code = GDK_PIXBUF_ERROR_CORRUPT_IMAGE;
        break;
    case KVANT_ERROR_LIMIT:
        code = GDK_PIXBUF_ERROR_INSUFFICIENT_MEMORY;
        break;
    case KVANT_ERROR_DRAFT:
    case KVANT_ERROR_UNSUPPORTED:
        code = GDK_PIXBUF_ERROR_UNKNOWN_TYPE;
        break;
    }
    g_set_error_literal(to, GDK_PIXBUF_ERROR, code, error->text);
}

static void set_memory_error(GError **to)
{
    g_set_error_literal(to, GDK_PIXBUF_ERROR, GDK_PIXBUF_ERROR_INSUFFICIENT_MEMORY,
                        "not enough memory for the picture");
}

static gpointer begin_load(GdkPixbufModuleSizeFunc size_func,
                           GdkPixbufModulePreparedFunc prepared_func,
                           GdkPixbufModuleUpdatedFunc updated_func, gpointer user_data,
                           GError **error)
{
    (void)error;
    Load *load = g_new0(Load, 1);
    load->size_func = size_func;
    load->prepared_func = prepared_func;
    load->updated_func = updated_func;
    load->user_data = user_data;
    kvant_decode_options_init(&load->options, sizeof load->options);
    // As many as there are cores. The pixels do not depend on it.
    load->options.threads = 0;
    return load;
}

// Keeps `bytes`, within the limit on memory.
static gboolean append(Load *load, const guchar *bytes, gsize count, GError **error)
{
    if (count > load->options.max_memory - load->size) {
        g_set_error(error, GDK_PIXBUF_ERROR, GDK_PIXBUF_ERROR_INSUFFICIENT_MEMORY,
                    "file bytes exceed the limit of %" G_GUINT64_FORMAT,
                    (guint64)load->options.max_memory);
        return FALSE;
    }
    if (count > load->room - load->size) {
        gsize room = MAX(2 * load->room, load->size + count);
        guchar *stream = g_try_realloc(load->stream, room);
        if (stream == NULL) {
            set_memory_error(error);
            return FALSE;
        }
        load->stream = stream;
        load->room = room;
    }
    memcpy(load->stream + load->size, bytes, count);
    load->size += count;
    return TRUE;
}

static gboolean load_increment(gpointer context, const guchar *bytes, guint count, GError **error)
{
    Load *load = context;
    if (!append(load, bytes, count, error))
        return FALSE;
    if (load->has_info)
        return TRUE;
    kvant_error fault;
    switch (kvant_read_info(load->stream, load->size, &load->options, &load->info,
                            sizeof load->info, &fault)) {
    case KVANT_OK:
        break;
    case KVANT_ERROR_TRUNCATED:
        return TRUE;
    default:
        set_error(error, &fault);
        return FALSE;
    }
    load->has_info = TRUE;
    load->width = (gint)load->info.width;
    load->height = (gint)load->info.height;
    if (load->size_func != NULL)
        load->size_func(&load->width, &load->height, load->user_data);
    return TRUE;
}

static guint32 reduced(guint32 side, guint32 factor)
{
    return (side + factor - 1) / factor;
}

// The largest factor of reduction that leaves the picture as large as it is asked for.
static guint32 reduction(const Load *load)
{
    for (guint32 factor = 8; factor > 1; factor /= 2) {
        if (reduced(load->info.width, factor) >= (guint32)load->width &&
            reduced(load->info.height, factor) >= (guint32)load->height)
            return factor;
    }
    return 1;
}

// Makes samples of 8 bits, rounded, of those of 16 of which `buffer` says the depth.
static void narrow(const kvant_buffer *buffer, GdkPixbuf *pixbuf)
{
    guint32 max = (1u << buffer->depth) - 1;
    gsize samples = (gsize)buffer->width * (gsize)gdk_pixbuf_get_n_channels(pixbuf);
    const guint16 *from = buffer->pixels;
    for (guint32 y = 0; y < buffer->height; y++) {
        guchar *to = gdk_pixbuf_get_pixels(pixbuf) + y * (gsize)gdk_pixbuf_get_rowstride(pixbuf);
        for (gsize i = 0; i < samples; i++)
            to[i] = (guchar)((*from++ * 255u + max / 2) / max);
    }
}

// Decodes into `pixbuf`, which has the size that `factor` gives.
static gboolean decode(const Load *load, guint32 factor, GdkPixbuf *pixbuf, GError **error)
{
    gboolean alpha = gdk_pixbuf_get_has_alpha(pixbuf);
    kvant_buffer buffer = {0};
    buffer.width = (guint32)gdk_pixbuf_get_width(pixbuf);
    buffer.height = (guint32)gdk_pixbuf_get_height(pixbuf);
    buffer.format = alpha ? KVANT_RGBA8 : KVANT_RGB8;
    buffer.pixels = gdk_pixbuf_get_pixels(pixbuf);
    buffer.stride = (gsize)gdk_pixbuf_get_rowstride(pixbuf);
    buffer.size = gdk_pixbuf_get_byte_length(pixbuf);
    gboolean wide = load->info.format >= KVANT_GRAY16;
    if (wide) {
        buffer.format = alpha ? KVANT_RGBA16 : KVANT_RGB16;
        buffer.stride = 0;
        buffer.size = (gsize)buffer.width * buffer.height * (alpha ? 8 : 6);
        buffer.pixels = g_try_malloc(buffer.size);
        if (buffer.pixels == NULL) {
            set_memory_error(error);
            return FALSE;
        }
    }
    kvant_error fault;
    kvant_status status =
        factor == 1
            ? kvant_decode(load->stream, load->size, &load->options, &buffer, &fault)
            : kvant_decode_scaled(load->stream, load->size, &load->options, factor, &buffer, &fault);
    if (status != KVANT_OK)
        set_error(error, &fault);
    if (wide) {
        if (status == KVANT_OK)
            narrow(&buffer, pixbuf);
        g_free(buffer.pixels);
    }
    return status == KVANT_OK;
}

// Gives `pixbuf` the options of other loaders: how it is turned when it is shown, and its profile.
static gboolean set_options(const Load *load, GdkPixbuf *pixbuf, GError **error)
{
    if (load->info.orientation != 1) {
        const gchar orientation[] = {(gchar)('0' + load->info.orientation), '\0'};
        gdk_pixbuf_set_option(pixbuf, "orientation", orientation);
    }
    kvant_bytes profile;
    kvant_error fault;
    if (kvant_read_metadata(load->stream, load->size, &load->options, KVANT_ICC, &profile,
                            &fault) != KVANT_OK) {
        set_error(error, &fault);
        return FALSE;
    }
    if (profile.size > 0) {
        gchar *text = g_base64_encode(profile.data, profile.size);
        gdk_pixbuf_set_option(pixbuf, "icc-profile", text);
        g_free(text);
    }
    kvant_free(&profile);
    return TRUE;
}

// Makes the picture of the whole stream.
static gboolean finish(Load *load, GError **error)
{
    if (!load->has_info) {
        // The words that say so.
        kvant_error fault;
        kvant_read_info(load->stream, load->size, &load->options, &load->info, sizeof load->info,
                        &fault);
        set_error(error, &fault);
        return FALSE;
    }
    if (load->width <= 0 || load->height <= 0)
        return TRUE;
    guint32 factor = reduction(load);
    gint width = (gint)reduced(load->info.width, factor);
    gint height = (gint)reduced(load->info.height, factor);
    gboolean alpha = load->info.channels % 2 == 0;
    GdkPixbuf *pixbuf = gdk_pixbuf_new(GDK_COLORSPACE_RGB, alpha, 8, width, height);
    if (pixbuf == NULL) {
        set_memory_error(error);
        return FALSE;
    }
    gboolean done = set_options(load, pixbuf, error) && decode(load, factor, pixbuf, error);
    if (done) {
        if (load->prepared_func != NULL)
            load->prepared_func(pixbuf, NULL, load->user_data);
        if (load->updated_func != NULL)
            load->updated_func(pixbuf, 0, 0, width, height, load->user_data);
    }
    g_object_unref(pixbuf);
    return done;
}

static gboolean stop_load(gpointer context, GError **error)
{
    Load *load = context;
    gboolean done = finish(load, error);
    g_free(load->stream);
    g_free(load);
    return done;
}

G_MODULE_EXPORT void fill_vtable(GdkPixbufModule *module);
G_MODULE_EXPORT void fill_info(GdkPixbufFormat *info);

void fill_vtable(GdkPixbufModule *module)
{
    module->begin_load = begin_load;
    module->load_increment = load_increment;
    module->stop_load = stop_load;
}

void fill_info(GdkPixbufFormat *info)
{
    static GdkPixbufModulePattern signature[] = {{"\x9bKVT", NULL, 100}, {NULL, NULL, 0}};
    static gchar *mime_types[] = {"image/x-kvant", NULL};
    static gchar *extensions[] = {"kvt", NULL};
    info->name = "kvant";
    info->signature = signature;
    info->description = "Kvant image";
    info->mime_types = mime_types;
    info->extensions = extensions;
    info->flags = GDK_PIXBUF_FORMAT_THREADSAFE;
    info->license = "MIT OR Apache-2.0";
}
