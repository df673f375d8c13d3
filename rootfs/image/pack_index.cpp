#include "rootfs/image/pack_index.hpp"

#include "rootfs/image/file.hpp"

#include <algorithm>

namespace farboot::rootfs
{

namespace
{

template <class... Args>
std::unexpected<Error> malformed(fmt::format_string<Args...> what, Args&&... args)
{
    return fail("pack-malformed", "The pack cannot be used: {}.", fmt::format(what, std::forward<Args>(args)...));
}

} // namespace

Result<FileRange> PackIndex::find(Bytes trailer, std::uint64_t pack_bytes)
{
    if (trailer.size() != pack_trailer_bytes || !has_magic(trailer.subspan(8), "FBPKEND1"))
        return malformed("it does not end as one");
    const auto rows = load<std::uint64_t>(trailer, 0);
    const auto room = pack_bytes - std::min(pack_bytes, pack_header_bytes + pack_trailer_bytes);
    // Each chunk has at least one byte besides its row.
    if (rows == 0 || rows > room / (pack_row_bytes + 1))
        return malformed("{} chunks do not fit {} bytes", rows, pack_bytes);
    const auto length = rows * pack_row_bytes;
    return FileRange{pack_bytes - pack_trailer_bytes - length, length};
}

Result<PackIndex> PackIndex::parse(Bytes index, FileRange range)
{
    if (index.size() != range.length || index.size() % pack_row_bytes != 0)
        return malformed("its index has {} bytes instead of {}", index.size(), range.length);
    PackIndex parsed;
    parsed.rows.reserve(index.size() / pack_row_bytes);
    auto offset = pack_header_bytes;
    for (std::size_t at = 0; at < index.size(); at += pack_row_bytes) {
        const Row row{load_digest(index, at), load<std::uint64_t>(index, at + 32), load<std::uint32_t>(index, at + 40),
                      load<std::uint32_t>(index, at + 44)};
        if (row.digest.is_zero() || row.plain_length > max_chunk_bytes || row.stored_length == 0 ||
            row.stored_length > row.plain_length)
            return malformed("chunk {} of {} bytes stored in {}", row.digest.hex(), row.plain_length,
                             row.stored_length);
        if (row.offset != offset || row.stored_length > range.offset - offset)
            return malformed("the chunk at byte {} does not lie behind the one before", row.offset);
        offset += row.stored_length;
        parsed.rows.push_back(row);
    }
    if (offset != range.offset)
        return malformed("{} bytes belong to no chunk", range.offset - offset);
    return parsed;
}

namespace
{

Result<PackIndex> read_index(const File& file)
{
    const auto size = file.size();
    if (!size)
        return std::unexpected(size.error());
    if (*size < pack_header_bytes + pack_trailer_bytes)
        return malformed("it has {} bytes", *size);
    const auto header = file.read(0, pack_header_bytes);
    const auto trailer = file.read(*size - pack_trailer_bytes, pack_trailer_bytes);
    if (!header || !trailer)
        return std::unexpected(!header ? header.error() : trailer.error());
    if (!has_magic(as_bytes(*header), "FBPACK01"))
        return malformed("it does not start as one");
    const auto range = PackIndex::find(as_bytes(*trailer), *size);
    if (!range)
        return std::unexpected(range.error());
    const auto index = file.read(range->offset, range->length);
    if (!index)
        return std::unexpected(index.error());
    return PackIndex::parse(as_bytes(*index), *range);
}

/// An error with the file's name, where it says none.
Result<PackIndex> in_file(Result<PackIndex> index, const std::filesystem::path& path)
{
    if (!index && (index.error().reason.ends_with("-malformed") || index.error().reason == "digest-mismatch"))
        index.error().sentence = fmt::format("In {}: {}", path.string(), index.error().sentence);
    return index;
}

} // namespace

Result<PackIndex> read_pack_index(const std::filesystem::path& path)
{
    const auto file = File::open(path);
    if (!file)
        return std::unexpected(file.error());
    return in_file(read_index(*file), path);
}

Result<std::string> read_checked(const File& pack, const PackIndex::Row& row)
{
    auto stored = pack.read(row.offset, row.stored_length);
    if (!stored)
        return stored;
    std::vector<std::byte> plain(row.plain_length);
    if (auto decoded = decode_chunk(as_bytes(*stored), row.digest, plain); !decoded)
        return fail(decoded.error().reason, "In {}: {}", pack.path().string(), decoded.error().sentence);
    return stored;
}

Result<PackIndex> check_pack(const File& file)
{
    auto index = read_index(file);
    std::vector<std::byte> plain;
    for (std::size_t i = 0; index && i < index->rows.size(); ++i) {
        const auto& row = index->rows[i];
        plain.resize(row.plain_length);
        const auto stored = file.read(row.offset, row.stored_length);
        if (!stored)
            index = std::unexpected(stored.error());
        else if (auto decoded = decode_chunk(as_bytes(*stored), row.digest, plain); !decoded)
            index = std::unexpected(decoded.error());
    }
    return index;
}

Result<PackIndex> verify_pack(const std::filesystem::path& path, const Digest& name)
{
    const auto digest = digest_of_file(path);
    if (!digest)
        return std::unexpected(digest.error());
    if (*digest != name)
        return fail("digest-mismatch", "The pack {} was altered: its digest is {}.", path.string(), digest->hex());
    const auto file = File::open(path);
    if (!file)
        return std::unexpected(file.error());
    return in_file(check_pack(*file), path);
}

Result<Digest> digest_of_file(const std::filesystem::path& path)
{
    const auto file = File::open(path);
    if (!file)
        return std::unexpected(file.error());
    const auto size = file->size();
    if (!size)
        return std::unexpected(size.error());
    Sha256 hash;
    std::vector<std::byte> buffer(std::min<std::uint64_t>(*size, 1 << 20));
    for (std::uint64_t offset = 0; offset < *size; offset += buffer.size()) {
        const auto piece = std::span(buffer).first(std::min<std::uint64_t>(buffer.size(), *size - offset));
        if (auto done = file->read(offset, piece); !done)
            return std::unexpected(std::move(done.error()));
        hash.update(piece);
    }
    return hash.finish();
}

} // namespace farboot::rootfs
