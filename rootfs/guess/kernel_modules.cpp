#include "rootfs/guess/kernel_modules.hpp"

#include <algorithm>
#include <sstream>

namespace farboot::rootfs
{

namespace
{

using Node = FileTree::Node;

constexpr std::size_t largest_list = 16 * 1024 * 1024;
/// A tree has two or three.
constexpr int most_kernels = 16;
/// Of all kernels. One of Debian's has some 15,000.
constexpr std::size_t most_needs = 1'000'000;

std::string with_dashes(std::string_view name)
{
    std::string text(name);
    std::ranges::replace(text, '_', '-');
    return text;
}

/// "kernel/drivers/md/dm-mod.ko.xz" is dm-mod.
std::string name_of(std::string_view path)
{
    const auto file = path.substr(path.rfind('/') + 1);
    return with_dashes(file.substr(0, file.find(".ko")));
}

} // namespace

KernelModules::KernelModules(const FileTree& tree)
{
    for (const auto* top : {"/usr/lib/modules", "/lib/modules"})
        if (const auto* folder = tree.find(top); folder != nullptr && modules_.empty())
            for (const auto& [name, kernel] : folder->entries)
                take(tree, *kernel);
}

void KernelModules::take(const FileTree& tree, const Node& kernel)
{
    const auto* list = tree.find_file(kernel.path + "/modules.dep");
    if (list == nullptr || kernels_ == most_kernels)
        return;
    ++kernels_;
    std::istringstream lines(tree.read(*list, largest_list));
    for (std::string line; needs_ < most_needs && std::getline(lines, line); ++needs_) {
        // "kernel/fs/a.ko: kernel/fs/b.ko kernel/fs/c.ko"; all that it needs, also indirectly
        const auto colon = line.find(':');
        if (colon == line.npos)
            continue;
        line[colon] = ' ';
        std::istringstream words(line);
        std::vector<const Node*> files;
        for (std::string word; needs_ < most_needs && words >> word; ++needs_)
            if (const auto* file = tree.find_file(kernel.path + "/" + word); file != nullptr)
                files.push_back(file);
        modules_.emplace(name_of(line.substr(0, colon)), std::move(files));
    }
}

std::vector<const Node*> KernelModules::with_needs(std::string_view name) const
{
    std::vector<const Node*> all;
    const auto [begin, end] = modules_.equal_range(with_dashes(name));
    for (auto module = begin; module != end; ++module)
        all.insert(all.end(), module->second.begin(), module->second.end());
    return all;
}

} // namespace farboot::rootfs
