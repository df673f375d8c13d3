#include "text_tree.hpp"

#include <algorithm>

namespace farboot::rootfs
{

namespace
{
constexpr std::uint64_t table_bytes = 4096;
constexpr std::uint64_t node_bytes = 256;
} // namespace

TextTree::TextTree(std::string_view text, TreeBudget& budget) : FileTree(budget)
{
    root_ = &add(nullptr, "");
    root_->kind = Node::Kind::folder;
    place_ = {0, table_bytes};
    tables_ = {{0, table_bytes}};
    Node* file = nullptr;
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size() - 1) + 1;
        auto line = text.substr(0, end);
        text.remove_prefix(end);
        if (!line.starts_with("=/") && !line.starts_with(">/")) {
            if (file != nullptr)
                bytes_[file] += line;
            continue;
        }
        if (line.ends_with('\n'))
            line.remove_suffix(1);
        const auto space = std::min(line.find(' '), line.size());
        auto* made = make(line.substr(1, space - 1));
        file = nullptr;
        if (made == nullptr)
            continue;
        if (line.front() == '=') {
            made->kind = Node::Kind::file;
            file = made;
        } else {
            made->kind = Node::Kind::link;
            made->target = line.substr(std::min(space + 1, line.size()));
        }
    }
    for (auto& [node, bytes] : bytes_) {
        made_.at(node)->bytes = bytes.size();
        made_.at(node)->number = place_.length;
        place_.length += bytes.size() + node_bytes;
    }
}

FileTree::Node* TextTree::make(std::string_view path)
{
    auto* at = root_;
    while (!path.empty()) {
        const auto slash = std::min(path.find('/'), path.size());
        const std::string name(path.substr(0, slash));
        path.remove_prefix(std::min(slash + 1, path.size()));
        if (name.empty())
            continue;
        if (at->kind == Node::Kind::other)
            at->kind = Node::Kind::folder;
        if (at->kind != Node::Kind::folder)
            return nullptr;
        auto& entry = at->entries[name];
        if (entry == nullptr) {
            auto& made = add(at, name);
            made_[&made] = &made;
            entry = &made;
        }
        at = made_.at(entry);
    }
    return at->kind == Node::Kind::other ? at : nullptr;
}

std::vector<FileRange> TextTree::extents(const Node& node) const
{
    if (node.kind != Node::Kind::file || node.bytes == 0)
        return {};
    return {{node.number + node_bytes, node.bytes}};
}

std::vector<FileRange> TextTree::inode(const Node& node) const
{
    if (node.number == 0)
        return {};
    return {{node.number, node_bytes}};
}

std::string TextTree::read_first(const Node& file, std::uint64_t bytes) const
{
    const auto found = bytes_.find(&file);
    return found == bytes_.end() ? std::string() : found->second.substr(0, bytes);
}

} // namespace farboot::rootfs
