#include "server/people/user.hpp"
#include "tests/fuzz/rules/round_trip.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    farboot::rules::parsed<farboot::people::User>(data, size);
    return 0;
}
