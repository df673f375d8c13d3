#include "rootfs/image/pack_sink.hpp"

#include "rootfs/image/chunk.hpp"
#include "rootfs/image/file.hpp"
#include "rootfs/image/parallel.hpp"

namespace farboot::rootfs
{

Result<void> PackSink::add(const Digest& digest, std::uint32_t plain_length, std::string_view stored)
{
    if (pack_.is_full_for(stored.size()))
        if (auto done = flush(); !done)
            return done;
    pack_.add(digest, plain_length, stored);
    pending_.insert(digest);
    stored_bytes_ += stored.size();
    return {};
}

Result<void> PackSink::take(const std::filesystem::path& pack, std::span<const PackIndex::Row> rows, unsigned workers)
{
    const auto file = File::open(pack);
    if (!file)
        return std::unexpected(file.error());
    std::vector<Result<std::string>> stored(rows.size());
    parallel_for(workers, rows.size(), [&](unsigned, std::size_t i) { stored[i] = read_checked(*file, rows[i]); });
    for (const auto& chunk : stored)
        if (!chunk)
            return std::unexpected(chunk.error());
    for (std::size_t i = 0; i < rows.size(); ++i)
        if (auto done = add(rows[i].digest, rows[i].plain_length, *stored[i]); !done)
            return done;
    return {};
}

Result<void> PackSink::flush()
{
    if (pack_.empty())
        return {};
    auto pack = pack_.finish();
    pending_.clear();
    if (auto done = writer_.write(writer_.store().pack(pack.ref.digest), as_bytes(pack.file)); !done)
        return done;
    packs_.insert(pack.ref.digest);
    return index_.add({pack.ref, std::move(pack.index)});
}

} // namespace farboot::rootfs
