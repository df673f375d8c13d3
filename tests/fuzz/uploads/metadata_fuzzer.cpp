#include "server/uploads/metadata.hpp"

#include "rootfs/base/encoding.hpp"

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace farboot;
    const auto metadata = uploads::Metadata::parse(std::string_view(reinterpret_cast<const char*>(data), size));
    if (!metadata)
        return 0;
    if (metadata->name.empty() || metadata->name.size() > uploads::max_name ||
        metadata->name.find_first_of(std::string_view("/\\\0\r\n", 5)) != std::string::npos)
        std::abort();
    auto text = "filename " + base64(as_bytes(metadata->name));
    if (metadata->sha256)
        text += ",sha256 " + base64(as_bytes(metadata->sha256->hex()));
    const auto again = uploads::Metadata::parse(text);
    if (!again || again->name != metadata->name || again->sha256 != metadata->sha256)
        std::abort();
    return 0;
}
