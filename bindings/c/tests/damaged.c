/* Decodes damaged streams in every way, and holds the memory of it against the limit:
 * `damaged SLACK_KIB STREAM.kvt...`. The slack is for code and tables that come into memory, blocks
 * that are released but kept, and buffers of this program. Without the limit the peak is above both
 * together. */

#include "check.h"
#include "kvant.h"

#include <sys/resource.h>

/* Damage makes pictures large: those above `SMALL` pixels are not decoded whole, since the buffer
 * would be most of the memory, and it is the caller's. */
enum { LIMIT_KIB = 1 << 10, PIXELS = 1 << 24, SMALL = 1 << 18 };

/* Bytes that the process ever had in memory, in KiB. */
static long peak_kib(void)
{
    struct rusage usage;
    CHECK(getrusage(RUSAGE_SELF, &usage) == 0);
    return usage.ru_maxrss;
}

/* What came of a call, by status. */
static unsigned long counts[16];

static void count(kvant_status status, const kvant_error *error)
{
    CHECK(status != KVANT_ERROR_INTERNAL && status < 16 && status == error->status);
    CHECK((status == KVANT_OK) == (error->text[0] == '\0'));
    counts[status] += 1;
}

/* Makes `to` a block of just the size of the pixels, so that a write beyond it is found. */
static void shape(kvant_buffer *to, const kvant_info *info, uint32_t width, uint32_t height)
{
    free(to->pixels);
    to->width = width;
    to->height = height;
    to->format = info->format;
    to->size = (size_t)width * height * info->bytes_per_pixel;
    to->pixels = malloc(to->size);
    CHECK(to->pixels != NULL);
}

static void decode_in_every_way(const unsigned char *data, size_t size, const kvant_decode_options *options)
{
    const uint32_t kinds[] = {KVANT_ICC, KVANT_EXIF, KVANT_XMP, KVANT_CICP};
    kvant_error error;
    kvant_info info;
    kvant_buffer to = {0};
    kvant_status status = kvant_read_info(data, size, options, &info, sizeof info, &error);

    for (int i = 0; i < 4; i++) {
        kvant_bytes bytes;
        kvant_error told;
        count(kvant_read_metadata(data, size, options, kinds[i], &bytes, &told), &told);
        kvant_free(&bytes);
    }
    count(status, &error);
    if (status != KVANT_OK)
        return;
    CHECK((uint64_t)info.width * info.height <= PIXELS);
    if ((uint64_t)info.width * info.height <= SMALL) {
        shape(&to, &info, info.width, info.height);
        count(kvant_decode(data, size, options, &to, &error), &error);
    }
    shape(&to, &info, (info.width + 7) / 8, (info.height + 7) / 8);
    count(kvant_decode_scaled(data, size, options, 8, &to, &error), &error);
    count(kvant_decode_region(data, size, options, info.width / 4, info.height / 4, &to, &error), &error);
    if (info.preview_needs > 0)
        count(kvant_decode_preview(data, size, options, &to, &error), &error);
    free(to.pixels);
}

int main(int argc, char **argv)
{
    kvant_decode_options options;
    long before = 0, taken, slack;

    CHECK(argc > 2);
    slack = atol(argv[1]);
    CHECK(kvant_decode_options_init(&options, sizeof options) == KVANT_OK);
    options.max_pixels = PIXELS;
    options.max_memory = (uint64_t)LIMIT_KIB << 10;
    options.max_metadata = 1 << 20;

    /* The first brings in the code of the library, and its tables. */
    for (int i = 2; i < argc; i++) {
        size_t size;
        unsigned char *data = read_file(argv[i], &size);
        decode_in_every_way(data, size, &options);
        free(data);
        if (i == 2)
            before = peak_kib();
    }
    taken = peak_kib() - before;
    printf("damaged: %d streams; calls by status:", argc - 2);
    for (int i = 0; i < 16; i++)
        if (counts[i] > 0)
            printf(" %d: %lu", i, counts[i]);
    printf("; at its peak %ld KiB more than before, of %d allowed and %ld beside\n", taken, LIMIT_KIB, slack);
    /* Damage is found as what it is, and some is met behind the checksums. */
    CHECK(counts[KVANT_OK] > 0 && counts[KVANT_ERROR_DAMAGED] > 0 && counts[KVANT_ERROR_TRUNCATED] > 0);
    CHECK(counts[KVANT_ERROR_LIMIT] > 0);
    CHECK(taken <= LIMIT_KIB + slack);
    return 0;
}
