#include "rootfs/record/policy.hpp"

#include "tests/fuzz/record/round_trip.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace farboot::rootfs;
    auto text = text_of(data, size);
    check_round_trip<Policy>(text);
    if (auto policy = Policy::parse(text)) {
        // No policy accepts what nobody signed.
        Envelope unsigned_envelope{payload_type_of("policy"), std::string(text), {}};
        if (policy->open(unsigned_envelope, policy->header.name) || policy->succeed(unsigned_envelope))
            std::abort();
    }
    return 0;
}
