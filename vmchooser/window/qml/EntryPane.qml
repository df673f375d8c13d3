import QtQuick

// The list: virtual machines, then desktops. Arrows, Home, End, pages, first letters; Enter starts.
FocusScope {
    id: pane

    property alias currentRow: list.currentIndex
    signal started(int row)
    signal moved

    ListView {
        id: list
        objectName: "entries"
        focus: true
        anchors { top: parent.top; bottom: parent.bottom; horizontalCenter: parent.horizontalCenter }
        width: Math.floor(Math.min(parent.width - Theme.unit * 3.2, Theme.unit * 48) / 2) * 2
        clip: true
        spacing: Theme.unit * 0.8
        boundsBehavior: Flickable.StopAtBounds
        highlightMoveDuration: 0
        model: chooser.entries
        currentIndex: 0
        keyNavigationEnabled: true

        property string typed
        readonly property int page: Math.max(1, Math.floor(height / (Theme.unit * 6.4)))

        Accessible.role: Accessible.List
        Accessible.name: chooser.texts.list

        section.property: "section"
        section.delegate: Item {
            required property string section
            width: list.width
            height: Theme.unit * 3.2

            Line {
                anchors { left: parent.left; leftMargin: Theme.unit * 0.3; bottom: parent.bottom; bottomMargin: Theme.unit * 0.6 }
                text: parent.section
                color: Theme.muted
                font.weight: Font.DemiBold
                Accessible.role: Accessible.Heading
                Accessible.name: text
            }
        }

        delegate: EntryCard {
            required property int index
            required property var model
            width: list.width
            title: model.title
            description: model.description
            iconName: model.icon
            current: ListView.isCurrentItem
            onChosen: {
                list.currentIndex = index;
                list.forceActiveFocus();
            }
            onStarted: pane.started(index)
        }

        function moveTo(row) {
            currentIndex = Math.max(0, Math.min(count - 1, row));
            pane.moved();
        }

        Timer {
            id: forget
            interval: 1200
            onTriggered: list.typed = ""
        }

        // With the first card its heading shows, too.
        onCurrentIndexChanged: if (currentIndex === 0) positionViewAtBeginning()
        onCountChanged: if (currentIndex < 0 && count > 0) currentIndex = 0

        Keys.onPressed: event => {
            event.accepted = true;
            switch (event.key) {
            case Qt.Key_Down: moveTo(currentIndex + 1); break;
            case Qt.Key_Up: moveTo(currentIndex - 1); break;
            case Qt.Key_PageDown: moveTo(currentIndex + page); break;
            case Qt.Key_PageUp: moveTo(currentIndex - page); break;
            case Qt.Key_Home: moveTo(0); break;
            case Qt.Key_End: moveTo(count - 1); break;
            case Qt.Key_Return:
            case Qt.Key_Enter:
                if (!event.isAutoRepeat)
                    pane.started(currentIndex);
                break;
            default:
                if (!typeLetter(event))
                    event.accepted = false;
            }
        }

        // Letters in a row narrow down; the same letter again goes on to the next entry.
        function typeLetter(event) {
            const letter = event.text;
            if (letter.length !== 1 || letter < " " || letter === "\x7f" || (letter === " " && typed === "")
                    || (event.modifiers & (Qt.ControlModifier | Qt.AltModifier | Qt.MetaModifier)))
                return false;
            const repeated = typed.toLowerCase() === letter.toLowerCase();
            const longer = repeated ? letter : typed + letter;
            const row = chooser.entries.find(longer, longer.length === 1 ? currentIndex + 1 : currentIndex);
            typed = longer;
            forget.restart();
            if (row >= 0)
                moveTo(row);
            return true;
        }
    }

    // What there is more of than fits.
    Rectangle {
        visible: list.contentHeight > list.height
        anchors { right: list.right; rightMargin: -Theme.unit }
        y: list.height * list.visibleArea.yPosition
        width: Theme.unit * 0.4
        height: list.height * list.visibleArea.heightRatio
        radius: width / 2
        color: Theme.line
    }

    Column {
        anchors.centerIn: parent
        visible: list.count === 0
        spacing: Theme.unit * 0.4

        Line {
            anchors.horizontalCenter: parent.horizontalCenter
            text: chooser.loading ? chooser.texts.asking : chooser.texts.nothing
            size: 1.3
        }
        Line {
            anchors.horizontalCenter: parent.horizontalCenter
            visible: !chooser.loading
            text: chooser.texts.nothingHint
            color: Theme.muted
        }
    }
}
