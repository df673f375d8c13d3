#include "rootfs/record/statement.hpp"

#include "tests/fuzz/record/round_trip.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    farboot::rootfs::check_round_trip<farboot::rootfs::Statement>(farboot::rootfs::text_of(data, size));
    return 0;
}
