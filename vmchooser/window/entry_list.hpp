#pragma once

#include "vmchooser/catalog/menu.hpp"
#include "vmchooser/desktop/desktop_session.hpp"

#include <QAbstractListModel>

#include <variant>
#include <vector>

namespace farboot::vmchooser
{

/// The picture of a catalog's icon name; names that we do not know get the machine's.
[[nodiscard]] QString icon_file(const std::string& name);

/// What can be started: the catalog's virtual machines, then the desktops of this PC. Roles for QML: kind ("vm",
/// "desktop"), title, description, icon (the name of an SVG file), section (the heading that it stands under).
class EntryList : public QAbstractListModel
{
    Q_OBJECT
    Q_PROPERTY(int count READ count NOTIFY countChanged)
public:
    using Entry = std::variant<MenuEntry, DesktopSession>;
    enum Role { Kind = Qt::UserRole + 1, Title, Description, Icon, Section };

    explicit EntryList(std::vector<DesktopSession> desktops, QObject* parent = nullptr);

    void set_machines(std::vector<MenuEntry> machines);
    void set_language(const QString& language);
    [[nodiscard]] const Entry& at(int row) const { return rows_[static_cast<std::size_t>(row)]; }
    [[nodiscard]] int count() const { return static_cast<int>(rows_.size()); }
    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] QHash<int, QByteArray> roleNames() const override;
    [[nodiscard]] QString title(int row) const;

    /// The next row, from `from` on and round, whose title begins with `prefix` in any case; -1 if there is none.
    Q_INVOKABLE [[nodiscard]] int find(const QString& prefix, int from) const;

signals:
    void countChanged();

private:
    void rebuild();

    std::vector<MenuEntry> machines_;
    std::vector<DesktopSession> desktops_;
    std::vector<Entry> rows_;
    QString language_ = "en";
};

} // namespace farboot::vmchooser
