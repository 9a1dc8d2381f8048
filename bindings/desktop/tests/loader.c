/* The loader as programs meet it, through gdk-pixbuf: `loader CHECK ARGUMENTS`, with
 * GDK_PIXBUF_MODULE_FILE naming a cache that has it. */

#include <gdk-pixbuf/gdk-pixbuf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHECK(condition)                                                                          \
    do {                                                                                          \
        if (!(condition)) {                                                                       \
            fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition);               \
            exit(1);                                                                              \
        }                                                                                         \
    } while (0)

/* The picture of a file, as it is stored; the program ends where there is none. */
static GdkPixbuf *stored(const char *path)
{
    GError *error = NULL;
    GdkPixbuf *pixbuf = gdk_pixbuf_new_from_file(path, &error);
    if (pixbuf == NULL) {
        fprintf(stderr, "%s: %s\n", path, error->message);
        exit(1);
    }
    return pixbuf;
}

/* The same, turned as it is shown, with the profile that the file has. */
static GdkPixbuf *shown(const char *path)
{
    GdkPixbuf *pixbuf = stored(path);
    GdkPixbuf *turned = gdk_pixbuf_apply_embedded_orientation(pixbuf);
    const char *profile = gdk_pixbuf_get_option(pixbuf, "icc-profile");
    if (profile != NULL)
        gdk_pixbuf_set_option(turned, "icc-profile", profile);
    g_object_unref(pixbuf);
    return turned;
}

/* The mean difference of all samples; `*most` becomes the largest. */
static double difference(const GdkPixbuf *one, const GdkPixbuf *two, int *most)
{
    int width = gdk_pixbuf_get_width(one), height = gdk_pixbuf_get_height(one);
    int channels = gdk_pixbuf_get_n_channels(one);
    double sum = 0;
    int x, y;
    CHECK(width == gdk_pixbuf_get_width(two) && height == gdk_pixbuf_get_height(two));
    CHECK(channels == gdk_pixbuf_get_n_channels(two));
    *most = 0;
    for (y = 0; y < height; y++) {
        const guint8 *a = gdk_pixbuf_read_pixels(one) + (gsize)y * gdk_pixbuf_get_rowstride(one);
        const guint8 *b = gdk_pixbuf_read_pixels(two) + (gsize)y * gdk_pixbuf_get_rowstride(two);
        for (x = 0; x < width * channels; x++) {
            int far = abs(a[x] - b[x]);
            sum += far;
            *most = MAX(*most, far);
        }
    }
    return sum / ((double)width * height * channels);
}

/* same ONE TWO MOST: both show the same, up to differences of MOST, and have the same profile. */
static void same(char **arguments)
{
    GdkPixbuf *one = shown(arguments[0]), *two = shown(arguments[1]);
    int most;
    difference(one, two, &most);
    CHECK(most <= atoi(arguments[2]));
    CHECK(g_strcmp0(gdk_pixbuf_get_option(one, "icc-profile"),
                    gdk_pixbuf_get_option(two, "icc-profile")) == 0);
    g_object_unref(one);
    g_object_unref(two);
}

/* option FILE NAME BEGINNING: the picture has the option, with that beginning. */
static void option(char **arguments)
{
    GdkPixbuf *pixbuf = stored(arguments[0]);
    const char *value = gdk_pixbuf_get_option(pixbuf, arguments[1]);
    CHECK(value != NULL && g_str_has_prefix(value, arguments[2]));
    g_object_unref(pixbuf);
}

/* small FILE SIDE WIDTH HEIGHT FAR: within SIDE x SIDE it is so large, and like the whole picture that
 * gdk-pixbuf makes so small, up to a mean difference of FAR. */
static void small(char **arguments)
{
    GError *error = NULL;
    int side = atoi(arguments[1]), most;
    GdkPixbuf *whole = stored(arguments[0]);
    GdkPixbuf *found = gdk_pixbuf_new_from_file_at_size(arguments[0], side, side, &error);
    CHECK(found != NULL);
    CHECK(gdk_pixbuf_get_width(found) == atoi(arguments[2]));
    CHECK(gdk_pixbuf_get_height(found) == atoi(arguments[3]));
    GdkPixbuf *expected = gdk_pixbuf_scale_simple(whole, gdk_pixbuf_get_width(found),
                                                  gdk_pixbuf_get_height(found), GDK_INTERP_BILINEAR);
    CHECK(difference(found, expected, &most) < atoi(arguments[4]));
    g_object_unref(whole);
    g_object_unref(found);
    g_object_unref(expected);
}

/* info FILE WIDTH HEIGHT FORMAT: what is said without decoding. */
static void info(char **arguments)
{
    int width = 0, height = 0;
    GdkPixbufFormat *format = gdk_pixbuf_get_file_info(arguments[0], &width, &height);
    CHECK(format != NULL && width == atoi(arguments[1]) && height == atoi(arguments[2]));
    char *name = gdk_pixbuf_format_get_name(format);
    CHECK(strcmp(name, arguments[3]) == 0);
    g_free(name);
}

static void note_bytes(GdkPixbufLoader *loader, int width, int height, gpointer data)
{
    gsize *bytes = data;
    (void)loader;
    (void)width;
    (void)height;
    bytes[1] = bytes[0];
}

/* pieces FILE COUNT: COUNT bytes at a time give what all at once give, and the size is known as soon
 * as gdk-pixbuf has the 4096 bytes by which it chooses the loader. */
static void pieces(char **arguments)
{
    GError *error = NULL;
    guchar *data;
    gsize size, count = strtoul(arguments[1], NULL, 10), bytes[2] = {0, 0};
    int most;
    GdkPixbuf *whole = stored(arguments[0]);
    CHECK(g_file_get_contents(arguments[0], (char **)&data, &size, NULL));
    GdkPixbufLoader *loader = gdk_pixbuf_loader_new();
    g_signal_connect(loader, "size-prepared", G_CALLBACK(note_bytes), bytes);
    while (bytes[0] < size) {
        gsize next = MIN(count, size - bytes[0]);
        bytes[0] += next;
        CHECK(gdk_pixbuf_loader_write(loader, data + bytes[0] - next, next, &error));
    }
    CHECK(gdk_pixbuf_loader_close(loader, &error));
    CHECK(bytes[1] > 0 && bytes[1] <= 4096 + count);
    CHECK(difference(gdk_pixbuf_loader_get_pixbuf(loader), whole, &most) == 0 && most == 0);
    g_object_unref(loader);
    g_object_unref(whole);
    g_free(data);
}

/* fault FILE: prints the words of its error. */
static void fault(char **arguments)
{
    GError *error = NULL;
    CHECK(gdk_pixbuf_new_from_file(arguments[0], &error) == NULL);
    CHECK(error->domain == GDK_PIXBUF_ERROR);
    puts(error->message);
    g_error_free(error);
}

/* survive FILE...: each gives a picture or an error, whole and small. */
static void survive(char **arguments)
{
    int pictures = 0, files = 0;
    for (; *arguments != NULL; arguments++, files++) {
        GError *error = NULL;
        GdkPixbuf *pixbuf = gdk_pixbuf_new_from_file(*arguments, &error);
        CHECK((pixbuf == NULL) != (error == NULL));
        pictures += pixbuf != NULL;
        g_clear_object(&pixbuf);
        g_clear_error(&error);
        pixbuf = gdk_pixbuf_new_from_file_at_size(*arguments, 20, 20, &error);
        CHECK((pixbuf == NULL) != (error == NULL));
        g_clear_object(&pixbuf);
        g_clear_error(&error);
    }
    printf("%d damaged files, of which %d are pictures still\n", files, pictures);
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        int arguments;
        void (*run)(char **);
    } checks[] = {
        {"same", 3, same}, {"option", 3, option}, {"small", 5, small},     {"info", 4, info},
        {"pieces", 2, pieces}, {"fault", 1, fault}, {"survive", 1, survive},
    };
    size_t i;
    for (i = 0; argc > 1 && i < G_N_ELEMENTS(checks); i++) {
        if (strcmp(argv[1], checks[i].name) == 0 && argc >= 2 + checks[i].arguments) {
            checks[i].run(argv + 2);
            return 0;
        }
    }
    fprintf(stderr, "loader CHECK ARGUMENTS\n");
    return 2;
}
