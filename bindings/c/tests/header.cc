/* The header is C++ too. */
#include "kvant.h"

int main()
{
    kvant_encode_options options;
    kvant_bytes bytes = {nullptr, 0};
    kvant_free(&bytes);
    return kvant_encode_options_init(&options, sizeof options) == KVANT_OK && kvant_draft() > 0 ? 0 : 1;
}
