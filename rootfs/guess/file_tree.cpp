#include "rootfs/guess/file_tree.hpp"

#include <algorithm>

namespace farboot::rootfs
{

namespace
{
/// As Linux.
constexpr int most_links = 40;
} // namespace

FileTree::Node& FileTree::add(const Node* parent, const std::string& name)
{
    auto& node = *nodes_.emplace_back(std::make_unique<Node>());
    node.parent = parent;
    if (parent != nullptr)
        node.path = parent->path + "/" + name;
    return node;
}

std::string FileTree::read(const Node& file, std::size_t most) const
{
    const auto bytes = std::min<std::uint64_t>(file.bytes, most);
    if (file.kind != Node::Kind::file || bytes > budget_.read_bytes || stopped())
        return {};
    budget_.read_bytes -= bytes;
    return read_first(file, bytes);
}

const FileTree::Node* FileTree::find(std::string_view path) const
{
    return nodes_.empty() ? nullptr : find(path, 0);
}

const FileTree::Node* FileTree::find_file(std::string_view path) const
{
    const auto* found = find(path);
    return found != nullptr && found->kind == Node::Kind::file ? found : nullptr;
}

const FileTree::Node* FileTree::find(std::string_view path, int links) const
{
    const Node* at = nodes_.front().get();
    while (!path.empty()) {
        const auto slash = std::min(path.find('/'), path.size());
        const auto name = path.substr(0, slash);
        path.remove_prefix(std::min(slash + 1, path.size()));
        if (name.empty() || name == ".")
            continue;
        if (name == "..") {
            if (at->parent != nullptr)
                at = at->parent;
            continue;
        }
        const auto found = at->entries.find(std::string(name));
        if (found == at->entries.end())
            return nullptr;
        const auto& node = *found->second;
        if (node.kind == Node::Kind::link) {
            if (links == most_links)
                return nullptr;
            const auto base = node.target.starts_with('/') ? std::string() : at->path + "/";
            return find(base + node.target + "/" + std::string(path), links + 1);
        }
        at = &node;
    }
    return at;
}

} // namespace farboot::rootfs
