#include "server/people/role.hpp"
#include "tests/fuzz/rules/round_trip.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    farboot::rules::parsed<farboot::people::Role>(data, size);
    return 0;
}
