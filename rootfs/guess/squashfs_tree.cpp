#include "rootfs/guess/squashfs_tree.hpp"

#include <algorithm>

#include <sqfs/block.h>
#include <sqfs/compressor.h>
#include <sqfs/data_reader.h>
#include <sqfs/dir_reader.h>
#include <sqfs/error.h>
#include <sqfs/frag_table.h>
#include <sqfs/id_table.h>
#include <sqfs/inode.h>
#include <sqfs/io.h>
#include <sqfs/super.h>

namespace farboot::rootfs
{

namespace
{
/// As Linux.
constexpr int most_links = 40;
/// What is looked for to mount it lies at the tables' end.
constexpr std::uint64_t first_tables = 256 * 1024;
constexpr std::uint32_t no_fragment = 0xffffffff;
} // namespace

void SquashfsTree::Object::operator()(void* object) const
{
    sqfs_destroy(object);
}

void SquashfsTree::Tree::operator()(sqfs_tree_node_t* root) const
{
    sqfs_dir_tree_destroy(root);
}

Result<SquashfsTree> SquashfsTree::open(const std::filesystem::path& image)
{
    const auto refuse = [&](int code) {
        return fail(code == SQFS_ERROR_IO ? "io" : "not-squashfs",
                    "{}: cannot be read as a squashfs (libsquashfs: {}).", image.string(), code);
    };
    SquashfsTree all;
    all.file_.reset(sqfs_open_file(image.c_str(), SQFS_FILE_OPEN_READ_ONLY));
    if (!all.file_)
        return refuse(SQFS_ERROR_IO);
    sqfs_super_t super;
    if (const int code = sqfs_super_read(&super, all.file_.get()); code != 0)
        return refuse(code);
    sqfs_compressor_config_t config;
    sqfs_compressor_config_init(&config, static_cast<SQFS_COMPRESSOR>(super.compression_id), super.block_size,
                                SQFS_COMP_FLAG_UNCOMPRESS);
    sqfs_compressor_t* compressor = nullptr;
    if (const int code = sqfs_compressor_create(&config, &compressor); code != 0)
        return refuse(code);
    all.compressor_.reset(compressor);
    all.fragments_.reset(sqfs_frag_table_create(0));
    all.data_.reset(sqfs_data_reader_create(all.file_.get(), super.block_size, compressor, 0));
    const std::unique_ptr<sqfs_id_table_t, Object> owners(sqfs_id_table_create(0));
    const std::unique_ptr<sqfs_dir_reader_t, Object> folders(
        sqfs_dir_reader_create(&super, compressor, all.file_.get(), 0));
    if (!all.fragments_ || !all.data_ || !owners || !folders)
        throw std::bad_alloc();
    int code = sqfs_frag_table_read(all.fragments_.get(), all.file_.get(), &super, compressor);
    if (code == 0)
        code = sqfs_data_reader_load_fragment_table(all.data_.get(), &super);
    if (code == 0)
        code = sqfs_id_table_read(owners.get(), all.file_.get(), &super, compressor);
    sqfs_tree_node_t* root = nullptr;
    if (code == 0)
        code = sqfs_dir_reader_get_full_hierarchy(folders.get(), owners.get(), nullptr, 0, &root);
    if (code != 0)
        return refuse(code);
    all.tree_.reset(root);
    all.root_ = all.take(*root, "");
    all.bytes_ = super.bytes_used;
    const auto tables = super.inode_table_start;
    const auto mounted = std::max(tables, all.bytes_ - std::min(all.bytes_, first_tables));
    all.tables_ = {{0, sizeof super}, {mounted, all.bytes_ - mounted}};
    if (mounted > tables)
        all.tables_.push_back({tables, mounted - tables});
    return all;
}

const SquashfsTree::Node* SquashfsTree::take(const sqfs_tree_node_t& from, std::string path)
{
    auto& node = *nodes_.emplace_back(std::make_unique<Node>());
    node.path = std::move(path);
    const auto& inode = *from.inode;
    switch (inode.base.type) {
    case SQFS_INODE_DIR:
    case SQFS_INODE_EXT_DIR:
        node.kind = Node::Kind::folder;
        for (const auto* child = from.children; child != nullptr; child = child->next) {
            const std::string name(reinterpret_cast<const char*>(child->name));
            node.entries[name] = take(*child, node.path + "/" + name);
        }
        break;
    case SQFS_INODE_FILE:
    case SQFS_INODE_EXT_FILE:
        node.kind = Node::Kind::file;
        take_file(inode, node);
        break;
    case SQFS_INODE_SLINK:
    case SQFS_INODE_EXT_SLINK: {
        node.kind = Node::Kind::link;
        const auto size =
            inode.base.type == SQFS_INODE_SLINK ? inode.data.slink.target_size : inode.data.slink_ext.target_size;
        node.target.assign(reinterpret_cast<const char*>(inode.extra), size);
        break;
    }
    default:
        break;
    }
    return &node;
}

void SquashfsTree::take_file(const sqfs_inode_generic_t& inode, Node& node) const
{
    sqfs_u64 start = 0;
    node.inode = &inode;
    sqfs_inode_get_file_size(&inode, &node.bytes);
    sqfs_inode_get_file_block_start(&inode, &start);
    std::uint64_t blocks = 0;
    for (std::size_t i = 0; i < sqfs_inode_get_file_block_count(&inode); ++i)
        blocks += SQFS_ON_DISK_BLOCK_SIZE(inode.extra[i]);
    if (blocks > 0)
        node.extents.push_back({start, blocks});
    sqfs_u32 number = no_fragment;
    sqfs_u32 offset = 0;
    sqfs_fragment_t fragment;
    sqfs_inode_get_frag_location(&inode, &number, &offset);
    if (number != no_fragment && sqfs_frag_table_lookup(fragments_.get(), number, &fragment) == 0)
        node.extents.push_back({fragment.start_offset, SQFS_ON_DISK_BLOCK_SIZE(fragment.size)});
}

const SquashfsTree::Node* SquashfsTree::find(std::string_view path) const
{
    return find(path, 0);
}

const SquashfsTree::Node* SquashfsTree::find(std::string_view path, int links) const
{
    std::vector<const Node*> way{root_};
    while (!path.empty()) {
        const auto slash = std::min(path.find('/'), path.size());
        const auto name = path.substr(0, slash);
        path.remove_prefix(std::min(slash + 1, path.size()));
        if (name.empty() || name == ".")
            continue;
        if (name == "..") {
            if (way.size() > 1)
                way.pop_back();
            continue;
        }
        const auto found = way.back()->entries.find(std::string(name));
        if (found == way.back()->entries.end())
            return nullptr;
        const auto& node = *found->second;
        if (node.kind == Node::Kind::link) {
            if (links == most_links)
                return nullptr;
            const auto base = node.target.starts_with('/') ? std::string() : way.back()->path + "/";
            return find(base + node.target + "/" + std::string(path), links + 1);
        }
        way.push_back(&node);
    }
    return way.back();
}

std::string SquashfsTree::read(const Node& file, std::size_t most) const
{
    if (file.kind != Node::Kind::file)
        return {};
    std::string bytes(std::min<std::uint64_t>(file.bytes, most), '\0');
    const auto got =
        sqfs_data_reader_read(data_.get(), file.inode, 0, bytes.data(), static_cast<sqfs_u32>(bytes.size()));
    bytes.resize(static_cast<std::size_t>(std::max(got, 0)));
    return bytes;
}

} // namespace farboot::rootfs
