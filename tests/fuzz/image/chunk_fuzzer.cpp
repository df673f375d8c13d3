#include "rootfs/image/chunk.hpp"
#include "rootfs/image/chunk_encoder.hpp"
#include "rootfs/image/format.hpp"

#include <cstdlib>
#include <vector>

/// The first four bytes are the length that the manifest says, the rest is what lies in the pack.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace farboot;
    using namespace farboot::rootfs;
    const auto input = std::as_bytes(std::span(data, size));
    if (size < 4)
        return 0;
    const auto stored = input.subspan(4);
    // A buffer of its own and of exactly this length: the sanitizer sees every byte beyond.
    std::vector<std::byte> plain(load<std::uint32_t>(input, 0) % (max_chunk_bytes + 1));
    if (decode_chunk(stored, {}, plain))
        std::abort(); // no bytes have this digest

    if (stored.empty() || stored.size() > max_chunk_bytes)
        return 0;
    static ChunkEncoder encoder(min_zstd_level);
    const auto encoded = encoder.encode(stored);
    std::vector<std::byte> back(stored.size());
    if (!decode_chunk(as_bytes(encoded), sha256(stored), back))
        std::abort();
    return 0;
}
