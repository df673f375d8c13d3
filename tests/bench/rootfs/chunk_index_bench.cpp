#include "rootfs/image/chunk_index.hpp"
#include "rootfs/image/locator_builder.hpp"
#include "rootfs/image/manifest_builder.hpp"
#include "rootfs/image/store_needs.hpp"
#include "rootfs/image/store_writer.hpp"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <malloc.h>
#include <random>

/// What a big local store costs: chunk-index-bench FOLDER CHUNKS [fill]. Packs are made up: files with holes of the
/// right size, whose 1,000 chunks of 32 KiB each are told to the index, 64 packs at a time as when it is made anew, the
/// last 200 one by one as publishing does; then images of 1,000 packs each. Prints a row of the table in docs/store.md,
/// with a heading. "fill" ends before the last 2,000 packs, and the next run goes on there: in larger steps, and with
/// `eatmydata chunk-index-bench FOLDER CHUNKS fill`, it takes minutes where syncing each step takes hours.
namespace
{

using namespace farboot;
using namespace farboot::rootfs;
using Clock = std::chrono::steady_clock;

constexpr std::uint32_t rows_a_pack = 1000;
constexpr std::uint64_t packs_an_image = 1000;
constexpr std::uint64_t packs_a_step = 64; ///< as ChunkIndex::open() adds them
constexpr std::uint64_t packs_a_fill_step = 2048;
constexpr std::uint64_t packs_measured = 2000;
constexpr std::uint64_t packs_one_by_one = 200;
constexpr std::uint32_t stored_bytes = 32 * 1024;

void check(const Result<void>& done)
{
    if (done)
        return;
    std::fprintf(stderr, "%s\n", done.error().sentence.c_str());
    std::exit(1);
}

Digest digest_of(std::uint64_t pack, std::uint64_t row)
{
    const std::array<std::uint64_t, 2> name{pack, row};
    return sha256(std::as_bytes(std::span(name)));
}

ChunkIndex::Pack make_pack(std::uint64_t number)
{
    ChunkIndex::Pack pack;
    std::uint64_t offset = pack_header_bytes;
    for (std::uint32_t row = 0; row < rows_a_pack; ++row, offset += stored_bytes)
        pack.index.rows.push_back({digest_of(number, row), offset, stored_bytes, 2 * stored_bytes});
    pack.ref = {digest_of(number, rows_a_pack), offset + rows_a_pack * pack_row_bytes + pack_trailer_bytes};
    return pack;
}

ChunkIndex open(const Store& store)
{
    auto index = ChunkIndex::open(store);
    if (!index)
        check(std::unexpected(index.error()));
    return std::move(*index);
}

double seconds_since(Clock::time_point start)
{
    return std::chrono::duration<double>(Clock::now() - start).count();
}

/// Manifest and locator of the image that has all chunks of some packs.
void write_image(StoreWriter& writer, std::uint64_t begin, std::uint64_t end)
{
    ManifestBuilder manifest;
    LocatorBuilder locator(manifest.page_entries());
    for (auto number = begin; number < end; ++number) {
        const auto pack = make_pack(number);
        for (const auto& row : pack.index.rows) {
            manifest.add(row.plain_length, row.digest);
            locator.add(pack.ref, row.offset, row.stored_length);
        }
    }
    const auto built = manifest.finish();
    if (!built)
        check(std::unexpected(built.error()));
    check(writer.write(writer.store().manifest(built->ref.manifest), as_bytes(built->file)));
    check(writer.write(writer.store().locator(built->ref.manifest), as_bytes(*locator.finish())));
}

/// A pack's file as far as the index looks at it.
void make_file(const std::filesystem::path& file, std::uint64_t bytes)
{
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file).flush();
    std::filesystem::resize_file(file, bytes);
}

/// Memory of the process in MB that is not the index's file, by /proc/self/status.
double own_memory()
{
    ::malloc_trim(0); // what earlier steps have given back
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);)
        if (line.starts_with("RssAnon:"))
            return std::strtod(line.c_str() + 8, nullptr) / 1000;
    return 0;
}

} // namespace

int main(int argc, char** argv)
{
    const bool only_fill = argc == 4 && std::string_view(argv[3]) == "fill";
    if (argc != 3 && !only_fill) {
        std::fprintf(stderr, "usage: chunk-index-bench FOLDER CHUNKS [fill]\n");
        return 2;
    }
    const std::uint64_t packs = std::strtoull(argv[2], nullptr, 10) / rows_a_pack;
    auto writer = StoreWriter::open(argv[1]);
    if (!writer)
        check(std::unexpected(writer.error()));
    const auto& store = writer->store();

    auto start = Clock::now();
    const auto measured_from = packs - std::min(packs, packs_measured);
    const auto one_by_one_from = packs - std::min(packs, packs_one_by_one);
    double renew = 0;
    double add = 0;
    std::size_t renewed = 0; ///< packs; those of a run before are none
    std::size_t added = 0;
    {
        auto index = open(store);
        for (std::uint64_t number = 0; number < (only_fill ? measured_from : packs);) {
            const auto single = number >= one_by_one_from;
            const auto step = only_fill ? packs_a_fill_step : packs_a_step;
            auto end = single ? number + 1 : std::min(number + step, one_by_one_from);
            if (number < measured_from)
                end = std::min(end, measured_from);
            std::vector<ChunkIndex::Pack> made;
            for (; number < end; ++number) {
                const auto file = store.pack(digest_of(number, rows_a_pack));
                if (std::filesystem::exists(file)) // by a run before
                    continue;
                made.push_back(make_pack(number));
                make_file(file, made.back().ref.bytes);
            }
            start = Clock::now();
            check(index.add(made));
            if (end > measured_from) {
                (single ? add : renew) += seconds_since(start);
                (single ? added : renewed) += made.size();
            }
        }
    }
    if (only_fill)
        return 0;
    const auto bytes = static_cast<double>(std::filesystem::file_size(store.folder() / "index.lmdb"));

    start = Clock::now();
    auto index = std::make_optional(open(store));
    const auto reopen = seconds_since(start);

    constexpr int lookups = 200'000;
    std::mt19937_64 random(1);
    start = Clock::now();
    int found = 0;
    for (int i = 0; i < lookups; ++i) // every other one is not there
        found += (*index->find(digest_of(random() % (2 * packs), random() % rows_a_pack))).has_value() ? 1 : 0;
    const auto lookup = seconds_since(start) / lookups * 1e6;
    const auto memory = own_memory();
    index.reset();

    // As after cleaning up: one pack in a hundred is retired.
    RetiredList retired;
    for (std::uint64_t number = 0; number < packs; number += 100)
        retired.add(pack_path(make_pack(number).ref.digest), {1, 1});
    check(writer->set_retired(retired));
    start = Clock::now();
    open(store);
    const auto forget = seconds_since(start);

    for (std::uint64_t begin = 0; begin < packs; begin += packs_an_image)
        write_image(*writer, begin, std::min(begin + packs_an_image, packs));
    start = Clock::now();
    const auto needs = find_needs(store, {});
    if (!needs)
        check(std::unexpected(needs.error()));
    const auto reading = seconds_since(start);
    const auto needs_memory = own_memory();

    std::printf("chunks | index MB | bytes a chunk | add 64, ms a pack | add 1, ms a pack | open s | look-up us | own "
                "memory MB | "
                "after a clean s | needs s | needs MB\n");
    std::printf("%llu | %.0f | %.0f | %.1f | %.1f | %.2f | %.1f | %.0f | %.1f | %.1f | %.0f\n",
                static_cast<unsigned long long>(packs * rows_a_pack), bytes / 1e6,
                bytes / static_cast<double>(packs * rows_a_pack), renew * 1e3 / static_cast<double>(renewed),
                add * 1e3 / static_cast<double>(added), reopen, lookup, memory, forget, reading, needs_memory);
    return found > lookups / 3 ? 0 : 1;
}
