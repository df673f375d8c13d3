#include "rootfs/guess/squashfs_tree.hpp"

#include "rootfs/base/freer.hpp"

#include <algorithm>
#include <deque>

#include <sqfs/block.h>
#include <sqfs/compressor.h>
#include <sqfs/data_reader.h>
#include <sqfs/dir.h>
#include <sqfs/dir_reader.h>
#include <sqfs/error.h>
#include <sqfs/frag_table.h>
#include <sqfs/inode.h>
#include <sqfs/io.h>
#include <sqfs/super.h>

namespace farboot::rootfs
{

namespace
{

/// What is looked for to mount it lies at the tables' end.
constexpr std::uint64_t first_tables = 256 * 1024;
constexpr std::uint32_t no_fragment = 0xffffffff;

struct Object {
    void operator()(void* object) const { sqfs_destroy(object); }
};
using Inode = std::unique_ptr<sqfs_inode_generic_t, Freer<sqfs_free>>;
using Entry = std::unique_ptr<sqfs_dir_entry_t, Freer<sqfs_free>>;

class SquashfsTree : public FileTree
{
public:
    using FileTree::FileTree;
    /// An error code of libsquashfs, or 0; the budget's and the stop's are ours.
    [[nodiscard]] int load(const std::filesystem::path& image);
    static constexpr int too_many = 1;
    static constexpr int cancelled = 2;

    [[nodiscard]] std::vector<FileRange> extents(const Node& node) const override;
    [[nodiscard]] std::vector<FileRange> inode(const Node&) const override { return {}; }

private:
    [[nodiscard]] std::string read_first(const Node& file, std::uint64_t bytes) const override;
    [[nodiscard]] int take_all(sqfs_dir_reader_t* folders);
    /// What a folder has; the folders among it wait to be read, too.
    [[nodiscard]] int take_entries(sqfs_dir_reader_t* folders, Node& folder, std::deque<Node*>& waiting);
    void take(Node& node, Inode inode);
    void take_tables(const sqfs_super_t& super);

    // Each uses those above it.
    std::unique_ptr<sqfs_file_t, Object> file_;
    std::unique_ptr<sqfs_compressor_t, Object> compressor_;
    std::unique_ptr<sqfs_frag_table_t, Object> fragments_;
    std::unique_ptr<sqfs_data_reader_t, Object> data_;
    std::vector<Inode> inodes_; ///< by a node's number
};

int SquashfsTree::load(const std::filesystem::path& image)
{
    file_.reset(sqfs_open_file(image.c_str(), SQFS_FILE_OPEN_READ_ONLY));
    if (!file_)
        return SQFS_ERROR_IO;
    sqfs_super_t super;
    if (const int code = sqfs_super_read(&super, file_.get()); code != 0)
        return code;
    sqfs_compressor_config_t config;
    sqfs_compressor_config_init(&config, static_cast<SQFS_COMPRESSOR>(super.compression_id), super.block_size,
                                SQFS_COMP_FLAG_UNCOMPRESS);
    sqfs_compressor_t* compressor = nullptr;
    if (const int code = sqfs_compressor_create(&config, &compressor); code != 0)
        return code;
    compressor_.reset(compressor);
    fragments_.reset(sqfs_frag_table_create(0));
    data_.reset(sqfs_data_reader_create(file_.get(), super.block_size, compressor, 0));
    const std::unique_ptr<sqfs_dir_reader_t, Object> folders(
        sqfs_dir_reader_create(&super, compressor, file_.get(), 0));
    if (!fragments_ || !data_ || !folders)
        throw std::bad_alloc();
    int code = sqfs_frag_table_read(fragments_.get(), file_.get(), &super, compressor);
    if (code == 0)
        code = sqfs_data_reader_load_fragment_table(data_.get(), &super);
    if (code == 0)
        code = take_all(folders.get());
    if (code != 0)
        return code;
    take_tables(super);
    return 0;
}

void SquashfsTree::take_tables(const sqfs_super_t& super)
{
    packed_ = true;
    place_ = {0, super.bytes_used};
    const auto tables = super.inode_table_start;
    const auto mounted = std::max(tables, place_.length - std::min(place_.length, first_tables));
    tables_ = {{0, sizeof super}, {mounted, place_.length - mounted}};
    if (mounted > tables)
        tables_.push_back({tables, mounted - tables});
}

int SquashfsTree::take_all(sqfs_dir_reader_t* folders)
{
    sqfs_inode_generic_t* inode = nullptr;
    if (const int code = sqfs_dir_reader_get_root_inode(folders, &inode); code != 0)
        return code;
    auto& root = add(nullptr, "");
    take(root, Inode(inode));
    // A damaged folder may lie in itself: then the paths end it, or the budget.
    std::deque<Node*> waiting{&root};
    while (!waiting.empty()) {
        if (stopped())
            return cancelled;
        auto& folder = *waiting.front();
        waiting.pop_front();
        if (const int code = take_entries(folders, folder, waiting); code != 0)
            return code;
    }
    return 0;
}

int SquashfsTree::take_entries(sqfs_dir_reader_t* folders, Node& folder, std::deque<Node*>& waiting)
{
    if (const int code = sqfs_dir_reader_open_dir(folders, inodes_[folder.number].get(), 0); code != 0)
        return code;
    for (;;) {
        sqfs_dir_entry_t* read = nullptr;
        if (const int code = sqfs_dir_reader_read(folders, &read); code != 0)
            return std::min(code, 0); // above 0: there is no more
        const Entry entry(read);
        sqfs_inode_generic_t* inode = nullptr;
        if (const int code = sqfs_dir_reader_get_inode(folders, &inode); code != 0)
            return code;
        auto& node = add(&folder, reinterpret_cast<const char*>(entry->name));
        take(node, Inode(inode));
        // Many names may have one file whose list of blocks is long.
        if (!budget_.take_node(node.path.size() + node.target.size() + inode->payload_bytes_used))
            return too_many;
        folder.entries[reinterpret_cast<const char*>(entry->name)] = &node;
        if (node.kind == Node::Kind::folder && node.path.size() <= TreeBudget::longest_path)
            waiting.push_back(&node);
    }
}

void SquashfsTree::take(Node& node, Inode inode)
{
    node.number = inodes_.size();
    switch (inode->base.type) {
    case SQFS_INODE_DIR:
    case SQFS_INODE_EXT_DIR:
        node.kind = Node::Kind::folder;
        break;
    case SQFS_INODE_FILE:
    case SQFS_INODE_EXT_FILE:
        node.kind = Node::Kind::file;
        sqfs_inode_get_file_size(inode.get(), &node.bytes);
        break;
    case SQFS_INODE_SLINK:
    case SQFS_INODE_EXT_SLINK: {
        node.kind = Node::Kind::link;
        const auto size =
            inode->base.type == SQFS_INODE_SLINK ? inode->data.slink.target_size : inode->data.slink_ext.target_size;
        node.target.assign(reinterpret_cast<const char*>(inode->extra), size);
        break;
    }
    default:
        break;
    }
    inodes_.push_back(std::move(inode));
}

std::vector<FileRange> SquashfsTree::extents(const Node& node) const
{
    std::vector<FileRange> extents;
    if (node.kind != Node::Kind::file)
        return extents;
    const auto& inode = *inodes_[node.number];
    sqfs_u64 start = 0;
    sqfs_inode_get_file_block_start(&inode, &start);
    std::uint64_t blocks = 0;
    for (std::size_t i = 0; i < sqfs_inode_get_file_block_count(&inode); ++i)
        blocks += SQFS_ON_DISK_BLOCK_SIZE(inode.extra[i]);
    if (blocks > 0)
        extents.push_back({start, blocks});
    sqfs_u32 number = no_fragment;
    sqfs_u32 offset = 0;
    sqfs_fragment_t fragment;
    sqfs_inode_get_frag_location(&inode, &number, &offset);
    if (number != no_fragment && sqfs_frag_table_lookup(fragments_.get(), number, &fragment) == 0)
        extents.push_back({fragment.start_offset, SQFS_ON_DISK_BLOCK_SIZE(fragment.size)}); // shared with other files
    return extents;
}

std::string SquashfsTree::read_first(const Node& file, std::uint64_t bytes) const
{
    std::string text(bytes, '\0');
    const auto got = sqfs_data_reader_read(data_.get(), inodes_[file.number].get(), 0, text.data(),
                                           static_cast<sqfs_u32>(text.size()));
    text.resize(static_cast<std::size_t>(std::max(got, 0)));
    return text;
}

} // namespace

Result<std::unique_ptr<FileTree>> open_squashfs_tree(const std::filesystem::path& image, TreeBudget& budget)
{
    auto tree = std::make_unique<SquashfsTree>(budget);
    switch (const int code = tree->load(image)) {
    case 0:
        return tree;
    case SquashfsTree::too_many:
        return fail("too-many", "{}: it has too many files, or their paths are too long.", image.string());
    case SquashfsTree::cancelled:
        return fail("cancelled", "{}: reading it was stopped.", image.string());
    default:
        return fail(code == SQFS_ERROR_IO ? "io" : "not-squashfs",
                    "{}: cannot be read as a squashfs (libsquashfs: {}).", image.string(), code);
    }
}

} // namespace farboot::rootfs
