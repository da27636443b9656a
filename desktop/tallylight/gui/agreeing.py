"""Asking once more before something is deleted for good."""

from __future__ import annotations

from PySide6.QtWidgets import QMessageBox, QWidget


def agrees(parent: QWidget, title: str, question: str, details: str, yes: str) -> bool:
    """Whether the user pressed `yes`; Enter alone does not."""
    box = QMessageBox(parent)
    box.setIcon(QMessageBox.Icon.NoIcon)
    box.setWindowTitle(title)
    box.setText(question)
    box.setInformativeText(details)
    agreed = box.addButton(yes, QMessageBox.ButtonRole.DestructiveRole)
    box.addButton(QMessageBox.StandardButton.Cancel)
    box.setDefaultButton(QMessageBox.StandardButton.Cancel)
    box.exec()
    is_agreed = box.clickedButton() is agreed
    box.deleteLater()
    return is_agreed
