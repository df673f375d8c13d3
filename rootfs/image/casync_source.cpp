#include "rootfs/image/casync_source.hpp"

#include "rootfs/image/file.hpp"

#include <algorithm>
#include <limits>
#include <memory>
#include <openssl/evp.h>
#include <zstd.h>

namespace farboot::rootfs
{

namespace
{

constexpr std::uint64_t max_index_bytes = std::uint64_t{1} << 30;
constexpr std::uint64_t index_type = 0x96824d9c7b129ff9;
constexpr std::uint64_t table_type = 0xe75b9e112f17417d;
constexpr std::uint64_t tail_marker = 0x4b4f050e5549ecd1;
constexpr std::uint64_t sha512_256_flag = std::uint64_t{1} << 61;
constexpr std::uint64_t archive_flags = (std::uint64_t{1} << 60) - 1; ///< what it kept of files: a blob has none
constexpr std::size_t head_bytes = 64;                                ///< six integers, and the table's first two
constexpr std::size_t item_bytes = 40;                                ///< end and id; the tail has the same size

template <class... Args>
std::unexpected<Error> malformed(fmt::format_string<Args...> what, Args&&... args)
{
    return fail("casync-malformed", "The casync index cannot be used: {}.",
                fmt::format(what, std::forward<Args>(args)...));
}

/// Reads an image chunk by chunk. The last one is kept: what is asked for next may begin inside it.
class CasyncImage
{
public:
    CasyncImage(CasyncIndex index, std::filesystem::path folder) : index_(std::move(index)), folder_(std::move(folder))
    {
    }

    Result<void> read(std::uint64_t offset, std::span<std::byte> into)
    {
        auto at = std::ranges::upper_bound(index_.chunks, offset, {}, &CasyncIndex::Chunk::end);
        for (; !into.empty(); ++at) {
            const auto number = static_cast<std::size_t>(at - index_.chunks.begin());
            if (auto loaded = load_chunk(number); !loaded)
                return loaded;
            const auto inside = Bytes(plain_).subspan(offset - index_.start_of(number));
            const auto piece = inside.first(std::min(inside.size(), into.size()));
            std::ranges::copy(piece, into.begin());
            into = into.subspan(piece.size());
            offset += piece.size();
        }
        return {};
    }

private:
    Result<void> load_chunk(std::size_t number);

    CasyncIndex index_;
    std::filesystem::path folder_;
    std::size_t loaded_ = std::numeric_limits<std::size_t>::max();
    std::vector<std::byte> plain_;
};

Result<void> CasyncImage::load_chunk(std::size_t number)
{
    if (number == loaded_)
        return {};
    loaded_ = std::numeric_limits<std::size_t>::max();
    const auto& chunk = index_.chunks[number];
    const auto name = chunk.id.hex();
    const auto path = folder_ / name.substr(0, 4) / (name + ".cacnk");
    const auto stored = read_file(path, 2 * CasyncIndex::max_chunk_bytes);
    if (!stored)
        return std::unexpected(stored.error());
    plain_.resize(chunk.end - index_.start_of(number));
    const auto size = ZSTD_decompress(plain_.data(), plain_.size(), stored->data(), stored->size());
    if (stored->starts_with("\xfd"
                            "7zXZ") ||
        stored->starts_with("\x1f\x8b"))
        return fail("chunk-malformed", "{} is not compressed with zstd. Make the store with casync --compression=zstd.",
                    path.string());
    if (ZSTD_isError(size) != 0 || size != plain_.size())
        return fail("chunk-malformed", "{} does not decompress to {} bytes: {}.", path.string(), plain_.size(),
                    ZSTD_isError(size) != 0 ? ZSTD_getErrorName(size) : "it is shorter");
    if (index_.digest_of(plain_) != chunk.id)
        return fail("digest-mismatch", "{} was altered: it has another digest than its name.", path.string());
    loaded_ = number;
    return {};
}

} // namespace

Result<CasyncIndex> CasyncIndex::parse(Bytes file)
{
    if (file.size() < head_bytes + item_bytes || load<std::uint64_t>(file, 0) != 48 ||
        load<std::uint64_t>(file, 8) != index_type || load<std::uint64_t>(file, 56) != table_type)
        return malformed("it does not start as one");
    const auto flags = load<std::uint64_t>(file, 16);
    if ((flags & archive_flags) != 0)
        return malformed("it describes a folder (.caidx), not an image (.caibx)");
    const auto items = (file.size() - head_bytes) / item_bytes - 1;
    const auto tail = head_bytes + items * item_bytes;
    // The table's length counts its own 16-byte head and the tail.
    if (tail + item_bytes != file.size() || load<std::uint64_t>(file, tail + 32) != tail_marker ||
        load<std::uint64_t>(file, tail + 24) != file.size() - 48)
        return malformed("it does not end as one: it may have been cut off");
    CasyncIndex index;
    index.sha512_256 = (flags & sha512_256_flag) != 0;
    index.chunks.reserve(items);
    for (auto at = head_bytes; at < tail; at += item_bytes) {
        const Chunk chunk{load<std::uint64_t>(file, at), load_digest(file, at + 8)};
        if (chunk.end <= index.bytes() || chunk.end - index.bytes() > max_chunk_bytes)
            return malformed("chunk {} ends at byte {} and starts at {}", index.chunks.size(), chunk.end,
                             index.bytes());
        index.chunks.push_back(chunk);
    }
    return index;
}

Digest CasyncIndex::digest_of(Bytes plain) const
{
    if (!sha512_256)
        return sha256(plain);
    Digest digest;
    if (EVP_Digest(plain.data(), plain.size(), reinterpret_cast<unsigned char*>(digest.bytes.data()), nullptr,
                   EVP_sha512_256(), nullptr) != 1)
        throw std::bad_alloc();
    return digest;
}

Result<ImageSource> open_casync_image(const std::filesystem::path& index_path, const std::filesystem::path& chunks)
{
    const auto file = read_file(index_path, max_index_bytes);
    if (!file)
        return std::unexpected(file.error());
    auto index = CasyncIndex::parse(as_bytes(*file));
    if (!index)
        return fail(index.error().reason, "{}: {}", index_path.string(), index.error().sentence);
    const auto bytes = index->bytes();
    const auto image = std::make_shared<CasyncImage>(std::move(*index), chunks);
    return ImageSource{index_path.string(), bytes,
                       [image](std::uint64_t offset, std::span<std::byte> into) { return image->read(offset, into); }};
}

} // namespace farboot::rootfs
