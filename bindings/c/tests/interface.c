/* Every function of kvant.h, with a real picture: `interface PICTURE.ppm`. */

#include "check.h"
#include "kvant.h"

#include <pthread.h>

/* The picture, RGB without gaps. */
static unsigned char *pixels;
static uint32_t width, height;

static kvant_image image(void)
{
    kvant_image image = {0};
    image.pixels = pixels;
    image.size = (size_t)width * height * 3;
    image.width = width;
    image.height = height;
    image.format = KVANT_RGB8;
    return image;
}

/* A buffer without gaps for a picture; the caller frees its pixels. */
static kvant_buffer buffer(uint32_t w, uint32_t h, kvant_format format, size_t bytes_per_pixel)
{
    kvant_buffer buffer = {0};
    buffer.size = (size_t)w * h * bytes_per_pixel;
    buffer.pixels = malloc(buffer.size);
    CHECK(buffer.pixels != NULL);
    buffer.width = w;
    buffer.height = h;
    buffer.format = format;
    return buffer;
}

static kvant_encode_options encode_options(void)
{
    kvant_encode_options options;
    CHECK(kvant_encode_options_init(&options, sizeof options) == KVANT_OK);
    options.effort = 1;
    return options;
}

static kvant_decode_options decode_options(void)
{
    kvant_decode_options options;
    CHECK(kvant_decode_options_init(&options, sizeof options) == KVANT_OK);
    return options;
}

static kvant_bytes encode(const kvant_image *from, const kvant_encode_options *options)
{
    kvant_bytes stream;
    kvant_error error;
    if (kvant_encode(from, options, &stream, &error) != KVANT_OK) {
        fprintf(stderr, "encode: %s\n", error.text);
        exit(1);
    }
    CHECK(error.status == KVANT_OK && error.text[0] == '\0' && stream.size > 0);
    return stream;
}

/* Mean squared difference of `count` bytes. */
static double difference(const unsigned char *a, const unsigned char *b, size_t count)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++) {
        double d = (double)a[i] - (double)b[i];
        sum += d * d;
    }
    return sum / (double)count;
}

static void a_photograph_comes_back_nearly_as_it_was(void)
{
    kvant_encode_options options = encode_options();
    kvant_image from = image();
    kvant_bytes stream, other;
    kvant_info info;
    kvant_buffer to;
    double loss;

    stream = encode(&from, &options);
    CHECK(stream.size < from.size / 8);
    CHECK(kvant_read_info(stream.data, stream.size, NULL, &info, sizeof info, NULL) == KVANT_OK);
    CHECK(info.width == width && info.height == height && info.format == KVANT_RGB8);
    CHECK(info.channels == 3 && info.bytes_per_pixel == 3 && info.depth == 8);
    CHECK(info.orientation == 1 && !info.lossless && info.chroma == 444);
    CHECK(info.draft == kvant_draft() && info.tile_size == 1024 && info.tiles == 1);
    CHECK(info.preview_width == 0 && info.preview_height == 0 && info.preview_needs == 0);

    to = buffer(width, height, KVANT_RGB8, 3);
    CHECK(kvant_decode(stream.data, stream.size, NULL, &to, NULL) == KVANT_OK && to.depth == 8);
    loss = difference(to.pixels, pixels, to.size);
    /* 35 dB. */
    CHECK(loss > 0 && loss < 20.6);

    /* Rows that lie apart give the same stream. */
    {
        size_t row = (size_t)width * 3, stride = row + 13;
        unsigned char *apart = malloc(stride * height);
        kvant_image strided = image();
        CHECK(apart != NULL);
        memset(apart, 0xA5, stride * height);
        for (uint32_t y = 0; y < height; y++)
            memcpy(apart + y * stride, pixels + y * row, row);
        strided.pixels = apart;
        strided.stride = stride;
        /* What lies behind the last row is not needed. */
        strided.size = stride * (height - 1) + row;
        options.threads = 2;
        other = encode(&strided, &options);
        CHECK(other.size == stream.size && memcmp(other.data, stream.data, stream.size) == 0);
        free(apart);
    }
    kvant_free(&other);
    CHECK(other.data == NULL && other.size == 0);

    /* Lower quality, smaller; NULL for the defaults. */
    options.quality = 30;
    options.chroma = 420;
    other = encode(&from, &options);
    CHECK(other.size < stream.size / 2);
    CHECK(kvant_read_info(other.data, other.size, NULL, &info, sizeof info, NULL) == KVANT_OK);
    CHECK(info.chroma == 420);
    kvant_free(&other);
    kvant_free(&stream);
    free(to.pixels);
}

static void a_lossless_picture_decodes_into_wider_formats(kvant_bytes stream)
{
    kvant_buffer to = buffer(width, height, KVANT_RGB8, 3);
    size_t stride = (size_t)width * 4 + 12;
    unsigned char *rgba = malloc(stride * height);
    uint16_t *wide;

    CHECK(kvant_decode(stream.data, stream.size, NULL, &to, NULL) == KVANT_OK);
    CHECK(memcmp(to.pixels, pixels, to.size) == 0);
    free(to.pixels);

    CHECK(rgba != NULL);
    memset(rgba, 0xA5, stride * height);
    to.pixels = rgba;
    to.size = stride * height;
    to.stride = stride;
    to.format = KVANT_RGBA8;
    CHECK(kvant_decode(stream.data, stream.size, NULL, &to, NULL) == KVANT_OK && to.depth == 8);
    for (uint32_t y = 0; y < height; y++) {
        for (uint32_t x = 0; x < width; x++) {
            CHECK(memcmp(rgba + y * stride + 4 * x, pixels + 3 * ((size_t)y * width + x), 3) == 0);
            CHECK(rgba[y * stride + 4 * x + 3] == 255);
        }
        for (size_t i = (size_t)width * 4; i < stride; i++)
            CHECK(rgba[y * stride + i] == 0xA5);
    }
    free(rgba);

    to = buffer(width, height, KVANT_RGB16, 6);
    CHECK(kvant_decode(stream.data, stream.size, NULL, &to, NULL) == KVANT_OK && to.depth == 16);
    wide = to.pixels;
    for (size_t i = 0; i < (size_t)width * height * 3; i++)
        CHECK(wide[i] == pixels[i] * 257);
    free(to.pixels);
}

static void a_region_is_the_same_as_in_the_whole_picture(kvant_bytes stream)
{
    const uint32_t x = 130, y = 77, w = 65, h = 33;
    kvant_buffer to = buffer(w, h, KVANT_RGB8, 3);
    kvant_error error;
    char text[80];
    CHECK(kvant_decode_region(stream.data, stream.size, NULL, x, y, &to, NULL) == KVANT_OK);
    for (uint32_t row = 0; row < h; row++) {
        const unsigned char *whole = pixels + 3 * ((size_t)(y + row) * width + x);
        CHECK(memcmp((unsigned char *)to.pixels + (size_t)row * w * 3, whole, (size_t)w * 3) == 0);
    }
    CHECK(kvant_decode_region(stream.data, stream.size, NULL, width, 0, &to, &error) == KVANT_ERROR_ARGUMENT);
    snprintf(text, sizeof text, "region 65x33+%u+0 is not within the picture of %ux%u", (unsigned)width,
             (unsigned)width, (unsigned)height);
    CHECK(strcmp(error.text, text) == 0);
    CHECK(kvant_decode_region(stream.data, stream.size, NULL, UINT32_MAX, 9, &to, NULL) == KVANT_ERROR_ARGUMENT);
    free(to.pixels);
}

static void a_reduced_picture_has_the_means_of_its_pixels(kvant_bytes stream)
{
    const uint32_t w = (width + 1) / 2, h = (height + 1) / 2;
    const size_t row = (size_t)width * 3;
    kvant_buffer to = buffer(w, h, KVANT_RGB8, 3);
    CHECK(kvant_decode_scaled(stream.data, stream.size, NULL, 2, &to, NULL) == KVANT_OK);
    for (uint32_t y = 0; y < height / 2; y++)
        for (uint32_t i = 0; i < width / 2 * 3; i++) {
            const unsigned char *at = pixels + 2 * y * row + i / 3 * 6 + i % 3;
            int sum = at[0] + at[3] + at[row] + at[row + 3];
            int mean = ((unsigned char *)to.pixels)[(size_t)y * w * 3 + i];
            CHECK(abs(4 * mean - sum) <= 2);
        }
    CHECK(kvant_decode_scaled(stream.data, stream.size, NULL, 3, &to, NULL) == KVANT_ERROR_ARGUMENT);
    CHECK(kvant_decode_scaled(stream.data, stream.size, NULL, 4, &to, NULL) == KVANT_ERROR_ARGUMENT);
    free(to.pixels);
}

static void a_preview_needs_the_front_of_the_stream_only(kvant_bytes without)
{
    kvant_encode_options options = encode_options();
    kvant_image from = image();
    kvant_bytes stream;
    kvant_buffer to, reduced;
    kvant_info info;
    kvant_error error;
    unsigned char *front;

    options.preview = 1;
    stream = encode(&from, &options);
    CHECK(kvant_read_info(stream.data, stream.size, NULL, &info, sizeof info, NULL) == KVANT_OK);
    CHECK(info.preview_width == (width + 7) / 8 && info.preview_height == (height + 7) / 8);
    CHECK(info.preview_needs > 0 && info.preview_needs < stream.size / 2);
    front = malloc((size_t)info.preview_needs);
    CHECK(front != NULL);
    memcpy(front, stream.data, (size_t)info.preview_needs);

    to = buffer(info.preview_width, info.preview_height, KVANT_RGB8, 3);
    reduced = buffer(info.preview_width, info.preview_height, KVANT_RGB8, 3);
    CHECK(kvant_decode_preview(front, (size_t)info.preview_needs, NULL, &to, NULL) == KVANT_OK);
    CHECK(kvant_decode_scaled(stream.data, stream.size, NULL, 8, &reduced, NULL) == KVANT_OK);
    CHECK(memcmp(to.pixels, reduced.pixels, to.size) == 0);
    /* It shows the picture: 20 dB to the means of the pixels. */
    CHECK(kvant_decode_scaled(without.data, without.size, NULL, 8, &reduced, NULL) == KVANT_OK);
    CHECK(difference(to.pixels, reduced.pixels, to.size) < 650);

    CHECK(kvant_decode_preview(front, (size_t)info.preview_needs - 1, NULL, &to, NULL) == KVANT_ERROR_TRUNCATED);
    CHECK(kvant_decode_preview(without.data, without.size, NULL, &to, &error) == KVANT_ERROR_NO_PREVIEW);
    CHECK(strcmp(error.text, "the stream has no preview") == 0);
    free(front);
    free(to.pixels);
    free(reduced.pixels);
    kvant_free(&stream);
}

static void metadata_come_back_byte_for_byte(kvant_bytes without)
{
    static const uint8_t icc[] = "not a profile that anybody could use";
    static const uint8_t exif[] = {'I', 'I', '*', 0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0};
    static const uint8_t xmp[] = "<x:xmpmeta xmlns:x='adobe:ns:meta/'/>";
    static const uint8_t cicp[] = {9, 16, 0, 1};
    const struct { uint32_t kind; const uint8_t *data; size_t size; } kinds[] = {
        {KVANT_ICC, icc, sizeof icc}, {KVANT_EXIF, exif, sizeof exif},
        {KVANT_XMP, xmp, sizeof xmp}, {KVANT_CICP, cicp, sizeof cicp},
    };
    kvant_encode_options options = encode_options();
    kvant_image from = image();
    kvant_bytes stream, found;
    kvant_info info;

    from.height = 16;
    options.icc = icc;
    options.icc_size = sizeof icc;
    options.exif = exif;
    options.exif_size = sizeof exif;
    options.xmp = xmp;
    options.xmp_size = sizeof xmp;
    options.cicp = cicp;
    options.cicp_size = sizeof cicp;
    options.orientation = 6;
    stream = encode(&from, &options);
    CHECK(kvant_read_info(stream.data, stream.size, NULL, &info, sizeof info, NULL) == KVANT_OK);
    CHECK(info.orientation == 6 && info.width == width && info.height == 16);
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        uint32_t kind = kinds[i].kind;
        CHECK(kvant_read_metadata(stream.data, stream.size, NULL, kind, &found, NULL) == KVANT_OK);
        CHECK(found.size == kinds[i].size && memcmp(found.data, kinds[i].data, found.size) == 0);
        kvant_free(&found);
        CHECK(kvant_read_metadata(without.data, without.size, NULL, kind, &found, NULL) == KVANT_OK);
        CHECK(found.data == NULL && found.size == 0);
    }
    CHECK(kvant_read_metadata(stream.data, stream.size, NULL, 5, &found, NULL) == KVANT_ERROR_ARGUMENT);
    kvant_free(&stream);

    options.cicp_size = 3;
    CHECK(kvant_encode(&from, &options, &stream, NULL) == KVANT_ERROR_ARGUMENT && stream.data == NULL);
    options.cicp_size = 4;
    options.orientation = 9;
    CHECK(kvant_encode(&from, &options, &stream, NULL) == KVANT_ERROR_ARGUMENT && stream.data == NULL);
}

static void samples_of_ten_bits_come_back(void)
{
    enum { W = 70, H = 30 };
    uint16_t gray[W * H];
    kvant_encode_options options = encode_options();
    kvant_image from = {0};
    kvant_buffer to = buffer(W, H, KVANT_GRAY16, 2);
    kvant_bytes stream;
    kvant_info info;

    for (int i = 0; i < W * H; i++)
        gray[i] = (uint16_t)((pixels[3 * i] << 2 | i % 4) & 1023);
    from.pixels = gray;
    from.size = sizeof gray;
    from.width = W;
    from.height = H;
    from.format = KVANT_GRAY16;
    from.depth = 10;
    options.lossless = 1;
    stream = encode(&from, &options);
    CHECK(kvant_read_info(stream.data, stream.size, NULL, &info, sizeof info, NULL) == KVANT_OK);
    CHECK(info.depth == 10 && info.format == KVANT_GRAY16 && info.lossless == 1);
    CHECK(kvant_decode(stream.data, stream.size, NULL, &to, NULL) == KVANT_OK && to.depth == 10);
    CHECK(memcmp(to.pixels, gray, sizeof gray) == 0);
    to.format = KVANT_GRAY8;
    CHECK(kvant_decode(stream.data, stream.size, NULL, &to, NULL) == KVANT_ERROR_ARGUMENT);
    kvant_free(&stream);
    free(to.pixels);
    from.depth = 300;
    CHECK(kvant_encode(&from, &options, &stream, NULL) == KVANT_ERROR_ARGUMENT);
}

static void damage_and_limits_are_told_apart(kvant_bytes stream)
{
    unsigned char *bytes = malloc(stream.size);
    kvant_buffer to = buffer(width, height, KVANT_RGB8, 3);
    kvant_decode_options limits;
    kvant_encode_options options = encode_options();
    kvant_image from = image();
    kvant_bytes none;
    kvant_error error;
    char text[80];

    CHECK(bytes != NULL);
    memcpy(bytes, stream.data, stream.size);
    CHECK(kvant_decode(bytes, 0, NULL, &to, NULL) == KVANT_ERROR_NOT_KVANT);
    CHECK(kvant_decode(bytes, 9, NULL, &to, &error) == KVANT_ERROR_TRUNCATED);
    CHECK(strncmp(error.text, "cut off: the data ends within the ", 34) == 0);
    /* The checksum of a stream of one tile is at its end. */
    CHECK(kvant_decode(bytes, stream.size - 10, NULL, &to, &error) == KVANT_ERROR_DAMAGED);
    CHECK(strncmp(error.text, "cut off or damaged: ", 20) == 0);
    bytes[stream.size / 2] ^= 4;
    CHECK(kvant_decode(bytes, stream.size, NULL, &to, &error) == KVANT_ERROR_DAMAGED);
    CHECK(error.status == KVANT_ERROR_DAMAGED && error.text[0] != '\0');
    bytes[4] = (unsigned char)(kvant_draft() + 1);
    CHECK(kvant_decode(bytes, stream.size, NULL, &to, &error) == KVANT_ERROR_DRAFT);
    snprintf(text, sizeof text, "stream of format draft %u; this decoder reads draft %u only",
             (unsigned)kvant_draft() + 1, (unsigned)kvant_draft());
    CHECK(strcmp(error.text, text) == 0);
    CHECK(kvant_decode(pixels, 1000, NULL, &to, &error) == KVANT_ERROR_NOT_KVANT);
    CHECK(strcmp(error.text, "not a kvant stream (signature missing)") == 0);

    limits = decode_options();
    limits.max_pixels = (uint64_t)width * height - 1;
    CHECK(kvant_decode(stream.data, stream.size, &limits, &to, &error) == KVANT_ERROR_LIMIT);
    CHECK(strncmp(error.text, "pixels of ", 10) == 0);
    limits = decode_options();
    limits.max_dimension = width - 1;
    CHECK(kvant_decode(stream.data, stream.size, &limits, &to, NULL) == KVANT_ERROR_LIMIT);
    limits = decode_options();
    limits.max_memory = 1000;
    CHECK(kvant_decode(stream.data, stream.size, &limits, &to, NULL) == KVANT_ERROR_LIMIT);
    options.max_pixels = 100;
    CHECK(kvant_encode(&from, &options, &none, NULL) == KVANT_ERROR_LIMIT && none.data == NULL);
    free(bytes);
    free(to.pixels);
}

static void wrong_calls_are_errors(kvant_bytes stream)
{
    kvant_encode_options options = encode_options();
    kvant_decode_options decoding = decode_options();
    kvant_buffer to = buffer(width, height, KVANT_RGB8, 3), wrong;
    kvant_image from = image(), bad;
    kvant_info info;
    kvant_bytes out;
    kvant_error error;

    /* NULL, wherever there is a pointer. */
    CHECK(kvant_encode(NULL, NULL, &out, &error) == KVANT_ERROR_ARGUMENT);
    CHECK(strcmp(error.text, "image is NULL") == 0 && out.data == NULL);
    CHECK(kvant_encode(&from, NULL, NULL, NULL) == KVANT_ERROR_ARGUMENT);
    CHECK(kvant_decode(NULL, 8, NULL, &to, &error) == KVANT_ERROR_ARGUMENT);
    CHECK(strcmp(error.text, "data is NULL") == 0);
    CHECK(kvant_decode(stream.data, stream.size, NULL, NULL, NULL) == KVANT_ERROR_ARGUMENT);
    CHECK(kvant_decode_region(stream.data, stream.size, NULL, 0, 0, NULL, NULL) == KVANT_ERROR_ARGUMENT);
    CHECK(kvant_decode_scaled(stream.data, stream.size, NULL, 2, NULL, NULL) == KVANT_ERROR_ARGUMENT);
    CHECK(kvant_decode_preview(stream.data, stream.size, NULL, NULL, NULL) == KVANT_ERROR_ARGUMENT);
    CHECK(kvant_read_info(stream.data, stream.size, NULL, NULL, sizeof info, NULL) == KVANT_ERROR_ARGUMENT);
    CHECK(kvant_read_metadata(stream.data, stream.size, NULL, KVANT_ICC, NULL, NULL) == KVANT_ERROR_ARGUMENT);
    CHECK(kvant_encode_options_init(NULL, sizeof options) == KVANT_ERROR_ARGUMENT);
    CHECK(kvant_decode_options_init(NULL, sizeof decoding) == KVANT_ERROR_ARGUMENT);
    kvant_free(NULL);

    /* Sizes. */
    CHECK(kvant_read_info(stream.data, stream.size, NULL, &info, 8, NULL) == KVANT_ERROR_ARGUMENT);
    CHECK(kvant_encode_options_init(&options, 8) == KVANT_ERROR_ARGUMENT);
    CHECK(kvant_decode(stream.data, SIZE_MAX, NULL, &to, NULL) == KVANT_ERROR_ARGUMENT);
    wrong = to;
    wrong.pixels = NULL;
    CHECK(kvant_decode(stream.data, stream.size, NULL, &wrong, NULL) == KVANT_ERROR_ARGUMENT);
    wrong = to;
    wrong.size -= 1;
    CHECK(kvant_decode(stream.data, stream.size, NULL, &wrong, NULL) == KVANT_ERROR_ARGUMENT);
    wrong = to;
    wrong.width -= 1;
    CHECK(kvant_decode(stream.data, stream.size, NULL, &wrong, &error) == KVANT_ERROR_ARGUMENT);
    CHECK(strcmp(error.text, "the buffer's size or pixel format differs from the picture's") == 0);
    wrong = to;
    wrong.stride = width;
    CHECK(kvant_decode(stream.data, stream.size, NULL, &wrong, NULL) == KVANT_ERROR_ARGUMENT);
    wrong = to;
    wrong.format = KVANT_GRAY8;
    CHECK(kvant_decode(stream.data, stream.size, NULL, &wrong, NULL) == KVANT_ERROR_ARGUMENT);
    wrong.format = 0;
    CHECK(kvant_decode(stream.data, stream.size, NULL, &wrong, NULL) == KVANT_ERROR_ARGUMENT);
    wrong = to;
    wrong.stride = SIZE_MAX / 2;
    CHECK(kvant_decode(stream.data, stream.size, NULL, &wrong, NULL) == KVANT_ERROR_ARGUMENT);
    bad = from;
    bad.size -= 1;
    CHECK(kvant_encode(&bad, NULL, &out, &error) == KVANT_ERROR_ARGUMENT);
    CHECK(strncmp(error.text, "pixel buffer has ", 17) == 0);
    bad = from;
    bad.width = 0;
    CHECK(kvant_encode(&bad, NULL, &out, NULL) == KVANT_ERROR_ARGUMENT);
    bad = from;
    bad.height = UINT32_MAX;
    CHECK(kvant_encode(&bad, NULL, &out, NULL) == KVANT_ERROR_ARGUMENT);

    /* Settings. */
    options = encode_options();
    options.effort = 10;
    CHECK(kvant_encode(&from, &options, &out, &error) == KVANT_ERROR_ARGUMENT);
    CHECK(strcmp(error.text, "effort 10 is outside 1 to 9") == 0);
    options = encode_options();
    options.quality = 101;
    CHECK(kvant_encode(&from, &options, &out, &error) == KVANT_ERROR_ARGUMENT);
    CHECK(strcmp(error.text, "quality 101 is outside 0 to 100") == 0);
    memset(&options, 0, sizeof options);
    CHECK(kvant_encode(&from, &options, &out, NULL) == KVANT_ERROR_ARGUMENT);
    memset(&options, 0xA5, sizeof options);
    CHECK(kvant_encode(&from, &options, &out, NULL) == KVANT_ERROR_ARGUMENT);
    decoding.threads = UINT32_MAX;
    CHECK(kvant_decode(stream.data, stream.size, &decoding, &to, NULL) == KVANT_ERROR_ARGUMENT);

    /* A pointer that is not aligned. */
    CHECK(kvant_decode(stream.data, stream.size, NULL, (kvant_buffer *)((char *)&to + 1), &error) ==
          KVANT_ERROR_ARGUMENT);
    CHECK(strcmp(error.text, "buffer is not aligned") == 0);
    free(to.pixels);
}

static void a_newer_header_works_as_long_as_it_asks_for_nothing_new(kvant_bytes stream)
{
    struct { kvant_decode_options old; uint64_t new_field; } options;
    struct { kvant_info old; uint64_t new_field; } info;
    kvant_error error;
    CHECK(kvant_decode_options_init(&options.old, sizeof options) == KVANT_OK);
    CHECK(options.old.size == sizeof options && options.new_field == 0);
    info.new_field = 7;
    CHECK(kvant_read_info(stream.data, stream.size, &options.old, &info.old, sizeof info, NULL) == KVANT_OK);
    CHECK(info.old.width == width && info.new_field == 0);
    options.new_field = 1;
    CHECK(kvant_read_info(stream.data, stream.size, &options.old, &info.old, sizeof info, &error) ==
          KVANT_ERROR_UNSUPPORTED);
    CHECK(strcmp(error.text, "decode options have a field that this version does not know") == 0);
}

static void *decode_in_a_thread(void *argument)
{
    kvant_bytes *stream = argument;
    kvant_decode_options options = decode_options();
    kvant_buffer to = buffer(width, height, KVANT_RGB8, 3);
    options.threads = 2;
    CHECK(kvant_decode(stream->data, stream->size, &options, &to, NULL) == KVANT_OK);
    CHECK(memcmp(to.pixels, pixels, to.size) == 0);
    free(to.pixels);
    return NULL;
}

static void threads_decode_one_stream_at_once(kvant_bytes stream)
{
    pthread_t threads[3];
    for (int i = 0; i < 3; i++)
        CHECK(pthread_create(&threads[i], NULL, decode_in_a_thread, &stream) == 0);
    for (int i = 0; i < 3; i++)
        CHECK(pthread_join(threads[i], NULL) == 0);
}

int main(int argc, char **argv)
{
    unsigned char *file;
    size_t size;
    unsigned w, h;
    int start = 0;
    kvant_encode_options options;
    kvant_image from;
    kvant_bytes exact;

    CHECK(argc == 2);
    file = read_file(argv[1], &size);
    CHECK(sscanf((char *)file, "P6 %u %u 255%n", &w, &h, &start) == 2 && start > 0);
    CHECK(size == (size_t)start + 1 + (size_t)w * h * 3);
    pixels = file + start + 1;
    width = w;
    height = h;
    CHECK(strchr(kvant_version(), '.') != NULL && kvant_draft() > 0);

    from = image();
    options = encode_options();
    options.lossless = 1;
    exact = encode(&from, &options);

    a_photograph_comes_back_nearly_as_it_was();
    a_lossless_picture_decodes_into_wider_formats(exact);
    a_region_is_the_same_as_in_the_whole_picture(exact);
    a_reduced_picture_has_the_means_of_its_pixels(exact);
    a_preview_needs_the_front_of_the_stream_only(exact);
    metadata_come_back_byte_for_byte(exact);
    samples_of_ten_bits_come_back();
    damage_and_limits_are_told_apart(exact);
    wrong_calls_are_errors(exact);
    a_newer_header_works_as_long_as_it_asks_for_nothing_new(exact);
    threads_decode_one_stream_at_once(exact);

    kvant_free(&exact);
    kvant_free(&exact);
    free(file);
    puts("interface: all as it should be");
    return 0;
}
