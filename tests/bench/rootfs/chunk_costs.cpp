#include "rootfs/image/chunk_encoder.hpp"
#include "rootfs/image/chunker.hpp"
#include "rootfs/image/file.hpp"
#include "rootfs/image/parallel.hpp"
#include "rootfs/image/trace.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <unordered_map>

/// What an image costs in a store, and its next version besides: chunk-costs OLD NEW TRACE CUT KIB. CUT is content or
/// fixed, KIB a chunk's length; TRACE is of the old one. Prints one line of JSON, all in bytes as they are stored
/// (zstd as publishers use it): "stored" of the old one, "renewed" (chunks that only the new one has), "boot" (chunks
/// of the old one that the trace's reads touch), and "chunks" and "boot_chunks" in numbers.
namespace
{

using namespace farboot;
using namespace farboot::rootfs;

template <class Value>
Value must(Result<Value> result)
{
    if (!result) {
        std::fprintf(stderr, "%s\n", result.error().sentence.c_str());
        std::exit(1);
    }
    return std::move(*result);
}

struct Cut {
    std::uint64_t offset = 0;
    std::uint64_t length = 0;
    Digest digest; ///< zero for a run of zeros
};

using Sizes = std::unordered_map<Digest, std::uint64_t, DigestHash>; ///< stored bytes

/// Cuts an image, and compresses those chunks that are not in `sizes`.
std::vector<Cut> cut(const char* path, Chunking chunking, std::size_t bytes, Sizes& sizes)
{
    const auto file = must(File::open(path));
    const auto size = must(file.size());
    const auto image = must(file.read(0, size));
    const auto data = as_bytes(image);
    Chunker chunker(chunking, bytes);
    std::vector<Cut> cuts;
    for (std::uint64_t at = 0; at < size;) {
        const auto piece = chunker.next(data.subspan(at, std::min<std::uint64_t>(Chunker::lookahead, size - at)));
        cuts.push_back({at, piece.length, piece.zero ? Digest{} : sha256(data.subspan(at, piece.length))});
        at += piece.length;
    }
    std::vector<const Cut*> fresh;
    for (const auto& one : cuts)
        if (!one.digest.is_zero() && sizes.emplace(one.digest, 0).second)
            fresh.push_back(&one);
    std::vector<std::uint64_t> stored(fresh.size());
    std::vector<ChunkEncoder> encoders;
    for (unsigned i = 0; i < worker_count(); ++i)
        encoders.emplace_back(default_zstd_level);
    parallel_for(worker_count(), fresh.size(), [&](unsigned worker, std::size_t i) {
        stored[i] = encoders[worker].encode(data.subspan(fresh[i]->offset, fresh[i]->length)).size();
    });
    for (std::size_t i = 0; i < fresh.size(); ++i)
        sizes[fresh[i]->digest] = stored[i];
    return cuts;
}

std::uint64_t sum(const Sizes& sizes)
{
    std::uint64_t bytes = 0;
    for (const auto& [digest, size] : sizes)
        bytes += size;
    return bytes;
}

} // namespace

int main(int argc, char** argv)
{
    if (argc != 6) {
        std::fprintf(stderr, "usage: chunk-costs OLD NEW TRACE content|fixed KIB\n");
        return 2;
    }
    const auto chunking = std::string_view(argv[4]) == "fixed" ? Chunking::fixed : Chunking::content;
    const auto bytes = std::strtoull(argv[5], nullptr, 10) * 1024;
    const auto trace = must(Trace::parse(must(read_file(argv[3], Trace::most_text_bytes))));
    Sizes sizes;
    const auto old = cut(argv[1], chunking, bytes, sizes);
    const auto chunks = sizes.size();
    const auto stored = sum(sizes);

    Sizes boot;
    for (const auto& read : trace.reads) {
        auto at = std::ranges::upper_bound(old, read.range.offset, {}, &Cut::offset) - 1;
        for (; at != old.end() && at->offset < read.range.offset + read.range.length; ++at)
            if (!at->digest.is_zero())
                boot[at->digest] = sizes[at->digest];
    }
    const auto now = cut(argv[2], chunking, bytes, sizes);
    const nlohmann::json result{
        {"stored", stored},           {"renewed", sum(sizes) - stored}, {"boot", sum(boot)},       {"chunks", chunks},
        {"boot_chunks", boot.size()}, {"reads", trace.reads.size()},    {"new_chunks", now.size()}};
    std::printf("%s\n", result.dump().c_str());
    return 0;
}
