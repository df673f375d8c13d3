#include "rootfs/record/envelope.hpp"

#include "tests/fuzz/record/round_trip.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace farboot::rootfs;
    auto envelope = Envelope::parse(text_of(data, size));
    if (!envelope)
        return 0;
    auto again = Envelope::parse(envelope->to_json());
    if (!again || again->pre_authentication_encoding() != envelope->pre_authentication_encoding() ||
        again->signatures.size() != envelope->signatures.size())
        std::abort();
    return 0;
}
