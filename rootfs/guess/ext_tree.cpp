#include "rootfs/guess/ext_tree.hpp"

#include "rootfs/base/freer.hpp"

#include <algorithm>
#include <deque>
#include <set>
#include <utility>

#include <ext2fs/ext2fs.h>
extern "C" {
#include <et/com_err.h> // does not say so itself
}

namespace farboot::rootfs
{

namespace
{

constexpr std::uint64_t largest_folder = 64 * 1024 * 1024;
/// Of larger files no start reads the rest.
constexpr std::uint64_t largest_listed = 256 * 1024 * 1024;
constexpr std::uint64_t longest_target = 4096;
/// Whose bitmaps are taken: 64, of 8 GiB.
constexpr unsigned most_groups_log = 6;
/// Blocks of the inode tables that ext4 reads at once (inode_readahead_blks).
constexpr blk64_t inodes_at_once = 32;

struct Entry {
    std::string name;
    ext2_ino_t inode = 0;
};

/// For what libext2fs calls: no exception may go through it. What a callback returns: an end if there is no memory.
int without_throwing(bool& no_memory, const auto& action)
try {
    action();
    return 0;
} catch (const std::bad_alloc&) {
    no_memory = true;
    return BLOCK_ABORT; // DIRENT_ABORT, too
}
static_assert(BLOCK_ABORT == DIRENT_ABORT);

class ExtTree : public FileTree
{
public:
    using FileTree::FileTree;
    [[nodiscard]] Result<void> load(const std::filesystem::path& image, const FileRange& place);

    [[nodiscard]] std::vector<FileRange> extents(const Node& node) const override;
    [[nodiscard]] std::vector<FileRange> inode(const Node& node) const override;

private:
    struct Blocks {
        std::vector<FileRange> ranges;
        bool whole = true; ///< none was left out: there were not too many, and all lie in the file system
    };

    [[nodiscard]] std::string read_first(const Node& file, std::uint64_t bytes) const override;
    void take(Node& node, ext2_ino_t number);
    [[nodiscard]] std::vector<Entry> entries_of(ext2_ino_t folder) const;
    [[nodiscard]] std::string bytes_of(ext2_ino_t number, std::uint64_t most) const;
    [[nodiscard]] Blocks blocks_of(ext2_ino_t number, std::uint64_t most) const;
    void take_tables();
    void add_range(std::vector<FileRange>& ranges, blk64_t block, blk64_t count) const;

    std::unique_ptr<struct_ext2_filsys, Freer<ext2fs_free>> system_;
};

Result<void> ExtTree::load(const std::filesystem::path& image, const FileRange& place)
{
    static const bool with_sentences = (initialize_ext2_error_table(), true);
    (void)with_sentences;
    place_ = place;
    ext2_filsys opened = nullptr;
    const auto options = fmt::format("offset={}", place.offset);
    const auto code = ext2fs_open2(image.c_str(), options.c_str(), EXT2_FLAG_64BITS, 0, 0, unix_io_manager, &opened);
    system_.reset(opened);
    if (code != 0)
        return fail("not-ext", "{}: its file system at byte {} cannot be read as ext4 (libext2fs: {}).", image.string(),
                    place.offset, error_message(code));
    if (const auto blocks = ext2fs_blocks_count(opened->super); blocks > place.length / opened->blocksize)
        return fail("not-ext",
                    "{}: its file system at byte {} is damaged: it says that it has {} blocks of {} bytes, and its "
                    "partition has {} bytes.",
                    image.string(), place.offset, blocks, opened->blocksize, place.length);
    auto& root = add(nullptr, "");
    take(root, EXT2_ROOT_INO);
    std::set<ext2_ino_t> known{EXT2_ROOT_INO}; // a damaged folder may lie in itself
    std::deque<Node*> waiting{&root};
    while (!waiting.empty()) {
        if (stopped())
            return fail("cancelled", "{}: reading its file system at byte {} was stopped.", image.string(),
                        place.offset);
        auto& folder = *waiting.front();
        waiting.pop_front();
        for (const auto& [name, number] : entries_of(static_cast<ext2_ino_t>(folder.number))) {
            auto& node = add(&folder, name);
            take(node, number);
            if (!budget_.take_node(node.path.size() + node.target.size()))
                return fail("too-many",
                            "{}: with its file system at byte {} it has too many files, or their paths are too long.",
                            image.string(), place.offset);
            folder.entries[name] = &node;
            if (node.kind == Node::Kind::folder && node.path.size() <= TreeBudget::longest_path &&
                known.insert(number).second)
                waiting.push_back(&node);
        }
    }
    take_tables();
    return {};
}

void ExtTree::take(Node& node, ext2_ino_t number)
{
    ext2_inode inode;
    if (ext2fs_read_inode(system_.get(), number, &inode) != 0)
        return;
    node.number = number;
    if (LINUX_S_ISDIR(inode.i_mode)) {
        node.kind = Node::Kind::folder;
    } else if (LINUX_S_ISREG(inode.i_mode)) {
        node.kind = Node::Kind::file;
        node.bytes = EXT2_I_SIZE(&inode);
    } else if (LINUX_S_ISLNK(inode.i_mode)) {
        node.kind = Node::Kind::link;
        const auto length = std::min<std::uint64_t>(EXT2_I_SIZE(&inode), longest_target);
        if (ext2fs_is_fast_symlink(&inode) != 0)
            node.target.assign(reinterpret_cast<const char*>(inode.i_block), std::min(length, sizeof inode.i_block));
        else
            node.target = bytes_of(number, length);
    }
}

std::vector<Entry> ExtTree::entries_of(ext2_ino_t folder) const
{
    struct Taken {
        std::vector<Entry> entries{};
        bool no_memory = false;
    };
    Taken taken;
    if (!blocks_of(folder, largest_folder).whole)
        return {};
    const auto take_one = [](ext2_ino_t, int kind, ext2_dir_entry* entry, int, int, char*, void* into) {
        if (kind != DIRENT_OTHER_FILE || entry->inode == 0) // "." and ".."
            return 0;
        auto& all = *static_cast<Taken*>(into);
        return without_throwing(all.no_memory, [&] {
            all.entries.push_back(
                {{entry->name, static_cast<std::size_t>(ext2fs_dirent_name_len(entry))}, entry->inode});
        });
    };
    ext2fs_dir_iterate2(system_.get(), folder, 0, nullptr, take_one, &taken); // what is damaged ends it
    if (taken.no_memory)
        throw std::bad_alloc();
    return std::move(taken.entries);
}

std::string ExtTree::bytes_of(ext2_ino_t number, std::uint64_t most) const
{
    ext2_file_t opened = nullptr;
    if (ext2fs_file_open(system_.get(), number, 0, &opened) != 0)
        return {};
    const std::unique_ptr<ext2_file, Freer<ext2fs_file_close>> file(opened);
    std::string bytes(most, '\0');
    unsigned got = 0;
    ext2fs_file_read(opened, bytes.data(), static_cast<unsigned>(most), &got); // after an error what came before it
    bytes.resize(got);
    return bytes;
}

std::string ExtTree::read_first(const Node& file, std::uint64_t bytes) const
{
    return bytes_of(static_cast<ext2_ino_t>(file.number), bytes);
}

/// Only what lies in the file system.
void ExtTree::add_range(std::vector<FileRange>& ranges, blk64_t block, blk64_t count) const
{
    const auto blocks = place_.length / system_->blocksize;
    if (block >= blocks || count == 0)
        return;
    const FileRange range{place_.offset + block * system_->blocksize,
                          std::min(count, blocks - block) * system_->blocksize};
    if (!ranges.empty() && ranges.back().offset + ranges.back().length == range.offset)
        ranges.back().length += range.length;
    else
        ranges.push_back(range);
}

ExtTree::Blocks ExtTree::blocks_of(ext2_ino_t number, std::uint64_t most) const
{
    struct Taken {
        const ExtTree& tree;
        std::uint64_t blocks_left;
        Blocks blocks{};
        bool no_memory = false;
    };
    Taken taken{*this, most / system_->blocksize};
    // Those of the map of its blocks are among them.
    const auto take_one = [](ext2_filsys system, blk64_t* block, e2_blkcnt_t, blk64_t, int, void* into) {
        auto& all = *static_cast<Taken*>(into);
        auto& in_all = all.tree.budget_.blocks;
        if (all.blocks_left == 0 || in_all == 0 || *block >= ext2fs_blocks_count(system->super)) {
            all.blocks.whole = false;
            return BLOCK_ABORT;
        }
        --all.blocks_left;
        --in_all;
        return without_throwing(all.no_memory, [&] { all.tree.add_range(all.blocks.ranges, *block, 1); });
    };
    ext2fs_block_iterate3(system_.get(), number, BLOCK_FLAG_READ_ONLY, nullptr, take_one, &taken);
    if (taken.no_memory)
        throw std::bad_alloc();
    return std::move(taken.blocks);
}

std::vector<FileRange> ExtTree::extents(const Node& node) const
{
    if (node.kind != Node::Kind::file && node.kind != Node::Kind::folder)
        return {};
    return blocks_of(static_cast<ext2_ino_t>(node.number), largest_listed).ranges;
}

std::vector<FileRange> ExtTree::inode(const Node& node) const
{
    std::vector<FileRange> ranges;
    const auto& super = *system_->super;
    if (node.number == 0 || node.number > super.s_inodes_count)
        return ranges;
    const auto index = node.number - 1;
    const auto table = ext2fs_inode_table_loc(system_.get(), static_cast<dgrp_t>(index / super.s_inodes_per_group));
    const auto within = index % super.s_inodes_per_group * EXT2_INODE_SIZE(&super) / system_->blocksize;
    // Parts of so many blocks, counted from the file system's beginning, without what lies outside of the table
    const auto part = (table + within) / inodes_at_once * inodes_at_once;
    const auto begin = std::max<blk64_t>(part, table);
    const auto end = std::min<blk64_t>(part + inodes_at_once, table + system_->inode_blocks_per_group);
    if (begin < end)
        add_range(ranges, begin, end - begin);
    return ranges;
}

void ExtTree::take_tables()
{
    // The superblock lies in the first block or the second, and the groups' descriptors behind it, or in many places.
    const blk64_t first = system_->super->s_first_data_block;
    add_range(tables_, 0, first + 1);
    for (dgrp_t part = 0; part < system_->desc_blocks; ++part)
        add_range(tables_, ext2fs_descriptor_block_loc2(system_.get(), first, part), 1);
    // Bitmaps of the first groups, which lie together: a start writes.
    const auto together = 1U << std::min<unsigned>(system_->super->s_log_groups_per_flex, most_groups_log);
    const auto groups = std::min<blk64_t>(system_->group_desc_count, together);
    for (dgrp_t group = 0; group < groups; ++group)
        add_range(tables_, ext2fs_block_bitmap_loc(system_.get(), group), 1);
    for (dgrp_t group = 0; group < groups; ++group)
        add_range(tables_, ext2fs_inode_bitmap_loc(system_.get(), group), 1);
    if (const auto journal = system_->super->s_journal_inum; journal != 0)
        std::ranges::copy(blocks_of(journal, system_->blocksize).ranges, std::back_inserter(tables_));
}

} // namespace

Result<std::unique_ptr<FileTree>> open_ext_tree(const std::filesystem::path& image, const FileRange& place,
                                                TreeBudget& budget)
{
    auto tree = std::make_unique<ExtTree>(budget);
    if (auto loaded = tree->load(image, place); !loaded)
        return std::unexpected(std::move(loaded.error()));
    return tree;
}

} // namespace farboot::rootfs
