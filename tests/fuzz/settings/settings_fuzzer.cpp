#include "rootfs/settings/settings.hpp"

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace farboot::settings;
    const auto received = receive({reinterpret_cast<const char*>(data), size});
    // What is taken must come back the same, and say nothing that would not be taken.
    const auto again = Settings::parse(received.settings.to_json());
    if (!again || *again != received.settings)
        std::abort();
    return 0;
}
