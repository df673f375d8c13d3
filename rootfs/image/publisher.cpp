#include "rootfs/image/publisher.hpp"

#include "rootfs/image/file.hpp"
#include "rootfs/image/local_image.hpp"
#include "rootfs/image/locator_builder.hpp"
#include "rootfs/image/manifest_builder.hpp"
#include "rootfs/image/pack_sink.hpp"

#include <algorithm>
#include <cstring>
#include <memory>
#include <unordered_set>

namespace farboot::rootfs
{

namespace
{

/// What is read, cut and compressed at once: enough work for all threads.
constexpr std::size_t batch_bytes = 16 * 1024 * 1024;

struct Chunk {
    Bytes plain;
    bool zero = false;
    Digest digest{};
    std::string stored{}; ///< filled for new chunks
};

/// One run of publish_image().
class Publisher
{
public:
    Publisher(StoreWriter& writer, ChunkIndex index, const PublishOptions& options)
        : writer_(writer),
          index_(std::move(index)),
          options_(options),
          chunker_(options.chunking),
          sink_(writer, index_)
    {
        for (unsigned worker = 0; worker < options.workers; ++worker)
            encoders_.emplace_back(options.zstd_level);
    }

    Result<PublishedImage> run(const ImageSource& image, const std::stop_token& stop);

private:
    std::vector<Chunk> cut(Bytes window, bool last);
    Result<void> add(std::vector<Chunk> chunks);
    Result<bool> is_known(const Digest& digest);
    Result<PublishedImage> finish();

    StoreWriter& writer_;
    ChunkIndex index_;
    const PublishOptions& options_;
    Chunker chunker_;
    std::vector<ChunkEncoder> encoders_;
    ManifestBuilder manifest_;
    PackSink sink_;
    PublishProgress progress_;
};

Result<PublishedImage> Publisher::run(const ImageSource& image, const std::stop_token& stop)
{
    const auto bytes = image.bytes;
    progress_.total_bytes = bytes;
    std::vector<std::byte> buffer(std::min<std::uint64_t>(bytes, batch_bytes + Chunker::lookahead));
    std::size_t filled = 0; // bytes in the buffer that are not yet in a chunk
    std::uint64_t offset = 0;
    while (offset < bytes || filled > 0) {
        if (stop.stop_requested())
            return fail("cancelled", "Publishing {} was stopped. Publish it again to go on: what was stored is kept.",
                        image.name);
        const auto room = std::span(buffer).subspan(filled);
        const auto piece = room.first(std::min<std::uint64_t>(room.size(), bytes - offset));
        if (auto done = image.read(offset, piece); !done)
            return std::unexpected(std::move(done.error()));
        offset += piece.size();
        filled += piece.size();

        auto chunks = cut(std::span(buffer).first(filled), offset == bytes);
        std::size_t used = 0;
        for (const auto& chunk : chunks)
            used += chunk.plain.size();
        if (auto done = add(std::move(chunks)); !done)
            return std::unexpected(std::move(done.error()));
        std::memmove(buffer.data(), buffer.data() + used, filled - used);
        filled -= used;
        progress_.read_bytes += used;
        if (options_.progress)
            options_.progress(progress_);
    }
    return finish();
}

/// Chunks from the start of the window, up to where the next cut needs bytes that are not there yet.
std::vector<Chunk> Publisher::cut(Bytes window, bool last)
{
    std::vector<Chunk> chunks;
    while (!window.empty() && (last || window.size() >= Chunker::lookahead)) {
        const auto piece = chunker_.next(window);
        chunks.push_back({window.first(piece.length), piece.zero});
        window = window.subspan(piece.length);
    }
    return chunks;
}

Result<void> Publisher::add(std::vector<Chunk> chunks)
{
    parallel_for(options_.workers, chunks.size(), [&](unsigned, std::size_t i) {
        if (!chunks[i].zero)
            chunks[i].digest = sha256(chunks[i].plain);
    });

    std::vector<Chunk*> added;
    std::unordered_set<Digest, DigestHash> in_batch;
    for (auto& chunk : chunks) {
        if (chunk.zero) {
            manifest_.add_zeros(chunk.plain.size());
            progress_.zero_bytes += chunk.plain.size();
            continue;
        }
        manifest_.add(static_cast<std::uint32_t>(chunk.plain.size()), chunk.digest);
        const auto known = is_known(chunk.digest);
        if (!known)
            return std::unexpected(known.error());
        if (*known || !in_batch.insert(chunk.digest).second)
            progress_.known_bytes += chunk.plain.size();
        else
            added.push_back(&chunk);
    }

    parallel_for(options_.workers, added.size(),
                 [&](unsigned worker, std::size_t i) { added[i]->stored = encoders_[worker].encode(added[i]->plain); });

    for (const auto* chunk : added) {
        const auto length = static_cast<std::uint32_t>(chunk->plain.size());
        if (auto done = sink_.add(chunk->digest, length, chunk->stored); !done)
            return done;
        progress_.new_chunks += 1;
    }
    progress_.stored_bytes = sink_.stored_bytes();
    progress_.new_packs = sink_.packs().size();
    return {};
}

Result<bool> Publisher::is_known(const Digest& digest)
{
    if (sink_.holds(digest))
        return true;
    const auto place = index_.find(digest);
    if (!place)
        return std::unexpected(place.error());
    return place->has_value();
}

Result<PublishedImage> Publisher::finish()
{
    if (auto done = sink_.flush(); !done)
        return std::unexpected(std::move(done.error()));
    progress_.new_packs = sink_.packs().size();
    const auto manifest = manifest_.finish();
    if (!manifest)
        return std::unexpected(manifest.error());

    LocatorBuilder builder(manifest_.page_entries());
    for (const auto& chunk : manifest_.chunks()) {
        if (chunk.is_zero()) {
            builder.add_zero();
            continue;
        }
        const auto place = index_.find(chunk.digest);
        if (!place)
            return std::unexpected(place.error());
        if (!*place)
            return fail("index", "The store's chunk index lost chunk {}. Delete index.lmdb and publish again.",
                        chunk.digest.hex());
        builder.add((*place)->pack, (*place)->offset, (*place)->stored_length);
    }
    const auto& name = manifest->ref.manifest;
    builder.set_hot(hot_list_of(writer_.store(), name));
    const auto locator = builder.finish();
    if (!locator)
        return std::unexpected(locator.error());

    if (auto done = writer_.write(writer_.store().manifest(name), as_bytes(manifest->file)); !done)
        return std::unexpected(std::move(done.error()));
    if (auto done = writer_.write(writer_.store().locator(name), as_bytes(*locator)); !done)
        return std::unexpected(std::move(done.error()));
    return PublishedImage{manifest->ref, progress_, index_.damaged()};
}

/// A qcow2 or VMDK file as an image would boot nothing.
Result<void> check_raw(const File& image, std::uint64_t bytes)
{
    if (bytes < 4)
        return {};
    const auto start = image.read(0, 4);
    if (!start)
        return std::unexpected(start.error());
    const auto* format = *start == "QFI\xfb" ? "qcow2" : *start == "KDMV" ? "vmdk" : nullptr;
    if (format != nullptr)
        return fail("image-format",
                    "{0} is a {1} file, but images are published raw: qemu-img convert -f {1} -O raw {0} disk.raw",
                    image.path().string(), format);
    return {};
}

} // namespace

Result<ImageSource> open_raw_image(const std::filesystem::path& path)
{
    auto file = File::open(path);
    if (!file)
        return std::unexpected(file.error());
    const auto bytes = file->size();
    if (!bytes)
        return std::unexpected(bytes.error());
    if (auto raw = check_raw(*file, *bytes); !raw)
        return std::unexpected(std::move(raw.error()));
    const auto image = std::make_shared<File>(std::move(*file));
    return ImageSource{path.string(), *bytes,
                       [image](std::uint64_t offset, std::span<std::byte> into) { return image->read(offset, into); }};
}

Result<PublishedImage> publish_image(StoreWriter& writer, const std::filesystem::path& path,
                                     const PublishOptions& options, std::stop_token stop)
{
    const auto image = open_raw_image(path);
    if (!image)
        return std::unexpected(image.error());
    return publish_image(writer, *image, options, std::move(stop));
}

Result<PublishedImage> publish_image(StoreWriter& writer, const ImageSource& image, const PublishOptions& options,
                                     std::stop_token stop)
{
    auto index = ChunkIndex::open(writer.store(), options.checking, stop);
    if (!index)
        return std::unexpected(index.error());
    return Publisher(writer, std::move(*index), options).run(image, stop);
}

} // namespace farboot::rootfs
