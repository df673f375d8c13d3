#include "server/rules/hardware.hpp"
#include "tests/fuzz/rules/round_trip.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace farboot::rules;
    const auto made = parsed<HardwareClass>(data, size);
    if (!made)
        return 0;
    // a PC that is what the patterns say, stars and all, is of the class
    Hardware hardware{made->vendor, made->product, made->memory_min ? made->memory_min : made->memory_max, {}};
    hardware.cpu_flags.insert(made->cpu_flags.begin(), made->cpu_flags.end());
    for (const auto& gpu : made->gpus)
        hardware.gpus.insert(gpu.size() == 4 ? gpu + ":0000" : gpu);
    if (!made->holds(hardware))
        std::abort();
    return 0;
}
